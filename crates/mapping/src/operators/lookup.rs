//! `lookup`.

use std::sync::Arc;

use crate::Operator;
use crate::operator::{Effect, Field, FieldForm};

pub(super) const OPERATOR: Operator = Operator {
    name: "lookup",
    fields: &[
        Field {
            name: "table",
            form: FieldForm::Table,
            is_optional: false,
            sentence: "The name of one of `tables`.",
            example: "roles",
        },
        Field {
            name: "otherwise",
            form: FieldForm::Text,
            is_optional: true,
            sentence: "What stands for a value that is not in the table. Without it such a value is left out.",
            example: "guest",
        },
    ],
    sentence: "What the table has for the value, which is compared octet for octet: one value, or several.",
    empty: "is left out",
    several: "each by itself, in order",
    example: "{ lookup: { table: roles, otherwise: guest } }",
    build: |arguments| {
        let table = arguments.table("table")?;
        let otherwise: Vec<_> = arguments.get("otherwise").map(str::to_owned).into_iter().collect();
        Ok(Effect::MakesTexts(Arc::new(move |values, _| {
            let full = values.iter().filter(|value| !value.is_empty());
            full.flat_map(|value| table.row(value).unwrap_or(&otherwise)).cloned().collect()
        })))
    },
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use crate::Table;
    use crate::login::tests::login;
    use crate::operator::tests::built;

    #[test]
    fn each_value_becomes_what_the_table_has_for_it() {
        let row = |key: &str, values: &[&str]| {
            (key.to_owned(), values.iter().map(ToString::to_string).collect())
        };
        let table = Arc::new(Table::new([row("a", &["admin", "user"]), row("b", &["user"])]));
        let found = |fields: &[(&str, &str)]| {
            let operation = built("lookup", fields, Some(table.clone())).unwrap();
            operation.run(["b", "", "x", "a"].map(str::to_owned).to_vec(), &login())
        };
        assert_eq!(found(&[("table", "roles")]), ["user", "admin", "user"]);
        let otherwise = found(&[("table", "roles"), ("otherwise", "guest")]);
        assert_eq!(otherwise, ["user", "guest", "admin", "user"]);
    }

    #[test]
    fn a_table_that_is_not_there_is_told() {
        let error = built("lookup", &[("table", "roles")], None).unwrap_err();
        assert_eq!(error.to_string(), "there is no such table; add it to tables");
    }
}
