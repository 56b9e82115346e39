use super::*;

const LIMITS: Limits = Limits { file_bytes: 1000, file_lines: 100, files: 10, bytes: 10_000 };

fn parsed(text: &str, limits: Limits) -> Vec<PatchFile> {
    let mut parser = PatchParser::new(limits);
    for piece in text.as_bytes().chunks(7) {
        parser.push(piece);
    }
    parser.finish()
}

const TWO: &str = ":100644 100644 aa bb M\ta\n:100644 000000 aa 00 D\t\"b\\tc\"\n\n\
    diff --git a/a b/a\nindex aa..bb 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@ fn main()\n-@@ -1 +1 @@\n+diff --git a/x b/x\n keep\n\
    diff --git \"a/b\\tc\" \"b/b\\tc\"\ndeleted file mode 100644\n--- \"a/b\\tc\"\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n\\ No newline at end of file\n";

#[test]
fn content_that_looks_like_a_heading_is_content() {
    let files = parsed(TWO, LIMITS);
    assert_eq!(files.len(), 2);
    assert_eq!(files[0].hunks[0].lines, ["-@@ -1 +1 @@", "+diff --git a/x b/x", " keep"]);
    assert_eq!(files[0].hunks[0].heading, "fn main()");
    assert_eq!((files[0].additions, files[0].deletions), (1, 1));
    assert_eq!(files[1].path, b"b\tc");
    assert_eq!(files[1].hunks[0].lines, ["-gone", "\\ No newline at end of file"]);
}

#[test]
fn a_file_beyond_the_limit_keeps_its_counts_and_loses_its_hunks() {
    let files = parsed(TWO, Limits { file_lines: 2, ..LIMITS });
    assert!(files[0].too_large && files[0].hunks.is_empty());
    assert_eq!((files[0].additions, files[0].deletions), (1, 1));
    assert!(!files[1].too_large && files[1].hunks.len() == 1);
    let files = parsed(TWO, Limits { files: 1, ..LIMITS });
    assert!(!files[0].too_large && files[1].too_large);
    assert_eq!(files[1].deletions, 1);
}

#[test]
fn a_line_longer_than_a_file_may_be_is_cut_and_counted() {
    let long = "x".repeat(5000);
    let text = format!(":100644 100644 aa bb M\ta\n\ndiff --git a/a b/a\n@@ -0,0 +1,2 @@\n+{long}\n+y\n");
    let files = parsed(&text, LIMITS);
    assert!(files[0].too_large);
    assert_eq!(files[0].additions, 2);
}

#[test]
fn a_file_that_became_a_link_is_one_file_of_two_sections() {
    let text = ":100644 120000 aa bb T\ta\n:100644 100644 aa bb R090\told\tnew\n\n\
        diff --git a/a b/a\ndeleted file mode 100644\n@@ -1 +0,0 @@\n-was\n\
        diff --git a/a b/a\nnew file mode 120000\n@@ -0,0 +1 @@\n+target\n\\ No newline at end of file\n\
        diff --git a/old b/new\nsimilarity index 90%\nBinary files a/old and b/new differ\n";
    let files = parsed(text, LIMITS);
    assert_eq!(files[0].hunks.len(), 2);
    assert_eq!((files[0].additions, files[0].deletions), (1, 1));
    assert_eq!(files[1].old_path.as_deref(), Some(&b"old"[..]));
    assert!(files[1].binary);
}
