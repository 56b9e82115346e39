//! Reading directives out of a prompt: what the scripted agent and the scripted model are to do stands in there.

/// A directive: a name, and what stands behind it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directive<'a> {
    pub(crate) name: &'a str,
    pub(crate) argument: &'a str,
}

impl<'a> Directive<'a> {
    /// The argument's parts, at most `count`, the last with all that is left.
    pub(crate) fn parts(&self, count: usize) -> Vec<&'a str> {
        self.argument.splitn(count, '|').collect()
    }

    /// The argument as a number; 0 where it is none.
    pub(crate) fn number(&self) -> u64 {
        self.argument.trim().parse().unwrap_or(0)
    }
}

/// All directives of a prompt, in order.
pub(crate) fn parse(mut text: &str) -> Vec<Directive<'_>> {
    let mut found = Vec::new();
    while let Some((_, rest)) = text.split_once("[[") {
        let Some((inner, rest)) = rest.split_once("]]") else { break };
        let (name, argument) = inner.split_once(' ').unwrap_or((inner, ""));
        found.push(Directive { name, argument });
        text = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_found_among_words() {
        let found = parse("please [[say hello there]] and [[hang]], then [[write a/b|x|y]] [[open");
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], Directive { name: "say", argument: "hello there" });
        assert_eq!(found[1], Directive { name: "hang", argument: "" });
        assert_eq!(found[2].parts(2), ["a/b", "x|y"]);
    }
}
