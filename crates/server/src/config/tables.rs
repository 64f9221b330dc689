//! `tables`: from a value to what it means here.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::ExposeSecret;
use silta_config::description::{root, tables};
use silta_config::{Section, Value, read_table};
use silta_mapping::Table;

use super::secret::resolve;
use super::source::Sources;

/// The tables by name. One that cannot be read is empty, and told.
pub(super) type Tables = BTreeMap<String, Arc<Table>>;

/// Reads every table; also whether all of them are good.
pub(super) fn read(root: &Section<'_>, sources: &Sources<'_>) -> (Tables, bool) {
    let Some(value) = root.optional(&root::TABLES) else { return (Tables::new(), true) };
    let mut are_good = !value.is_wrong();
    let entries = value.entries().unwrap_or_default();
    let tables = entries.into_iter().map(|(name, value)| {
        let table = if value.is_mapping() { rows(value) } else { referred(value, sources) };
        are_good &= table.is_some();
        (name.to_owned(), Arc::new(table.unwrap_or_default()))
    });
    let tables = tables.collect();
    (tables, are_good)
}

fn rows(value: Value<'_>) -> Option<Table> {
    let rows = value.section(&root::TABLES)?.value(&tables::ROWS)?.entries()?;
    let rows = rows
        .into_iter()
        .map(|(from, to)| Some((from.to_owned(), to.each(|one| one.text().map(str::to_owned))?)));
    let rows: Vec<_> = rows.collect();
    rows.into_iter().collect::<Option<Vec<_>>>().map(Table::new)
}

fn referred(value: Value<'_>, sources: &Sources<'_>) -> Option<Table> {
    let text = resolve(value, sources)?;
    match read_table(text.expose_secret()) {
        Ok(table) => Some(table),
        Err(error) => value.refuse_with(&error),
    }
}
