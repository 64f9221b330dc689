//! Prints problems for people, as rustc does, and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::excerpt;
use crate::problem::{Problem, Problems};

impl Problems {
    /// Each with its line of `text` and a pointer below it, and a count at the end. Lines show keys, and only values
    /// that can be no secret.
    #[must_use]
    pub fn for_people(&self, text: &str, is_coloured: bool) -> String {
        let excerpts = excerpt::of_lines(text, self.all().iter().map(|one| one.start.line));
        let paint = Paint { is_coloured };
        let mut out = String::new();
        for problem in self.all() {
            let excerpt = excerpts.get(&problem.start.line);
            paint.problem(&mut out, self.file(), problem, excerpt);
        }
        if !self.is_empty() {
            let _ = writeln!(out, "{}: {}", self.file(), self.count());
        }
        out
    }

    /// Each as an object.
    #[must_use]
    pub fn for_programs(&self) -> Value {
        let object = |problem: &Problem| {
            json!({
                "level": level(problem),
                "line": problem.start.line,
                "column": problem.start.column,
                "width": problem.width,
                "path": problem.path,
                "what": problem.what,
                "instead": problem.instead,
            })
        };
        self.all().iter().map(object).collect()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> String {
        let warnings = self.all().iter().filter(|problem| problem.is_warning).count();
        let errors = self.all().len() - warnings;
        let of = |count: usize, name: &str| match count {
            0 => None,
            1 => Some(format!("1 {name}")),
            many => Some(format!("{many} {name}s")),
        };
        let counts = [of(errors, "error"), of(warnings, "warning")];
        counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn level(problem: &Problem) -> &'static str {
    if problem.is_warning { "warning" } else { "error" }
}

struct Paint {
    is_coloured: bool,
}

impl Paint {
    fn problem(
        &self,
        out: &mut String,
        file: &str,
        problem: &Problem,
        excerpt: Option<&excerpt::Excerpt>,
    ) {
        let Problem { start, width, path, what, instead, is_warning } = problem;
        let colour = if *is_warning { YELLOW } else { RED };
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        let level = self.paint(level(problem), colour);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{level}: {}", self.paint(&format!("{path}{what}"), BOLD));
        let number = start.line.to_string();
        let margin = " ".repeat(number.len());
        let bar = self.paint("|", BLUE);
        let arrow = self.paint("-->", BLUE);
        let _ = writeln!(out, "{margin}{arrow} {file}:{}:{}", start.line, start.column);
        let shown = excerpt.map(|excerpt| excerpt.around(*start, *width));
        match shown.filter(|(text, ..)| !text.trim().is_empty()) {
            Some((text, at, width)) => {
                let pointer = self.paint(&format!("{} {instead}", "^".repeat(width)), colour);
                let number = self.paint(&number, BLUE);
                let _ = writeln!(out, "{margin} {bar}");
                let _ = writeln!(out, "{number} {bar} {}", text.trim_end());
                let _ = writeln!(out, "{margin} {bar} {}{pointer}", " ".repeat(at));
            }
            None => {
                let _ = writeln!(out, "{margin} {} {instead}", self.paint("=", BLUE));
            }
        }
        out.push('\n');
    }

    fn paint(&self, text: &str, colour: &str) -> String {
        if self.is_coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// What ECMA-48 calls bold, and colours of it.
const BOLD: &str = "1";
const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const BLUE: &str = "1;34";

#[cfg(test)]
mod tests;
