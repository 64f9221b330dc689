//! Judges uses of operators.

use std::sync::Arc;

use silta_mapping::Table;

use super::Checker;
use super::path::Path;
use crate::operator::{OperatorUse, WrongUse};
use crate::problem::Problem;
use crate::suggest::instead;
use crate::yaml::Node;

impl Checker {
    pub(super) fn operator(&mut self, node: &mut Node<'_>, path: &Path<'_>) {
        if node.is_wrong() {
            return;
        }
        if let Err(WrongUse { span, what, instead }) = self.judged(node) {
            self.problems.push(Problem::new(span, path.text(), what, instead));
            node.make_wrong();
        }
    }

    fn judged(&self, node: &Node<'_>) -> Result<(), WrongUse> {
        let used = OperatorUse::of(node)?;
        if let Some((table, span)) = used.table()
            && !self.names.tables().any(|known| known == table)
        {
            let what = "there is no such table".to_owned();
            let instead = match self.names.tables().next() {
                Some(_) => instead(table, self.names.tables()),
                None => "add it to tables".to_owned(),
            };
            return Err(WrongUse { span, what, instead });
        }
        // What stands in a table nobody asks here.
        let any = Some(Arc::new(Table::default()));
        let built = used.operator.with(used.texts()?, any);
        built.map(|_| ()).map_err(|error| used.wrong(error, node.span))
    }
}
