//! Tables in markdown.

/// A table whose columns are as wide as their widest cell, so that the text reads well too.
pub(crate) fn render<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count(), 3]).max().unwrap_or(3)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!(" {cell:<width$} |"));
        format!("|{}\n", padded.collect::<String>())
    };
    let rule = format!("|{}\n", widths.map(|width| format!("{}|", "-".repeat(width + 2))).concat());
    let body = rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str())));
    format!("{}{rule}{}", line(head), body.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["start".to_owned(), "≤ 1 ms".to_owned()], ["a long one".to_owned(), "2".to_owned()]];
        let expected = "\
| figure     | ours   |
|------------|--------|
| start      | ≤ 1 ms |
| a long one | 2      |
";
        assert_eq!(render(["figure", "ours"], &rows), expected);
    }
}
