//! Pages of the documentation, followed as a reader follows them: what they say to type is what is run.

/// The fenced blocks of a page in their order, each with its language.
#[must_use]
pub fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').expect("a language and a line")).collect()
}

/// A page for whoever reads, of the parts for one case each (`###`), only that of their own.
#[must_use]
pub fn chosen(page: &str, case: &str) -> String {
    let (mut text, mut is_read) = (String::new(), true);
    for line in page.lines() {
        if line.starts_with("## ") {
            is_read = true;
        } else if let Some(heading) = line.strip_prefix("### ") {
            is_read = heading == case;
        }
        if is_read {
            text += line;
            text.push('\n');
        }
    }
    text
}

/// How many commands somebody types who types a block of `sh`: lines that are no comment, each with the lines that it goes on
/// in, and with the document that it is given.
#[must_use]
pub fn commands(block: &str) -> usize {
    let (mut count, mut goes_on, mut is_quoted, mut end) = (0, false, false, None);
    for line in block.lines() {
        if let Some(mark) = end {
            end = (line != mark).then_some(mark);
            continue;
        }
        if !goes_on && !line.trim().is_empty() && !line.starts_with('#') {
            count += 1;
        }
        is_quoted ^= line.matches('\'').count() % 2 == 1;
        goes_on = is_quoted || line.ends_with('\\') || line.ends_with('|');
        end = line.split_once("<<'").and_then(|(_, mark)| mark.strip_suffix('\''));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_of_one_case_sees_its_blocks_and_those_of_everybody() {
        let page = "a\n```sh\nall\n```\n### One\n```sh\none\n```\n### Two\n```yaml\ntwo: 2\n```\n## Next\n```text\nend\n```\n";
        let read = chosen(page, "Two");
        assert_eq!(blocks(&read), [("sh", "all\n"), ("yaml", "two: 2\n"), ("text", "end\n")]);
    }

    #[test]
    fn a_command_may_go_on_and_be_given_a_document() {
        let block = "# why\none\ntwo \\\n  more |\n  sed 's/a/b/\n s/c/d/'\n\ncat >f <<'END'\nx\ny\nEND\nlast\n";
        assert_eq!(commands(block), 4);
    }
}
