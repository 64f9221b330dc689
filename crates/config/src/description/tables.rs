//! `tables`.

use super::{Form, Key, Kind, Material, Need, Section};

/// A table: in the file, or a reference to it.
pub(super) const TABLE: Kind = Kind::Either(&Kind::Reference(Material::Table), &SECTION);

const SECTION: Section = Section {
    name: "`tables`",
    before: "For the operator `lookup`. A table is a reference to a YAML file of rows, such as `file:roles.yaml`, or a section:",
    keys: &[ROWS],
    rules: &[],
    after: "What leads into a table or out of it may say something about a person: `--effective` leaves it out.",
};

/// The rows.
pub const ROWS: Key = Key::new(
    "rows",
    Kind::Map { names: Form::Personal, of: &Kind::List(&Kind::Text(Form::Personal)) },
    Need::Required("values, each with what stands for it"),
    "A value, compared octet for octet, and what stands for it: a text, or several.",
    "{ 4f2b-admins: admin, 4f2b-staff: [user, staff] }",
);
