//! Canonical forms that were published as files.

use std::fs;

use roxmltree::{Document, Node};
use silta_judges::vectors::{Verdicts, files};
use silta_xml_security::namespace::DS;
use silta_xml_security::xml::{self, Input};

use super::covered::{Form, covered};
use super::{LIMITS, VECTORS};

/// Of whole documents, and of what each reference of a signature covers.
#[test]
fn published_canonical_forms_are_ours() {
    let mut verdicts = Verdicts::of("canonical form");
    let folder = VECTORS.join("c14n");
    for (name, source) in [
        ("c14n11", "xml-base-input.xml"),
        ("merlin-exc-c14n-one", "exc-signature.xml"),
        ("merlin-c14n-three", "signature.xml"),
    ] {
        let text = fs::read_to_string(folder.join(name).join(source)).unwrap();
        let input = Input::of(&text);
        let document = xml::parse_with_comments(&input, LIMITS).unwrap();
        let references: Vec<_> =
            document.descendants().filter(|node| xml::is(*node, DS, "Reference")).collect();
        let mut published = files(&folder.join(name), ".txt");
        published.extend(files(&folder.join(name), ".xml"));
        for file in published {
            let title = file.file_stem().unwrap().to_str().unwrap();
            let root = document.root_element();
            let ours = match title.strip_prefix("c14n-").map(str::parse::<usize>) {
                Some(number) => match references.get(number.unwrap()) {
                    Some(reference) => covered(*reference, &document),
                    None => signed_info(&document),
                },
                None if title == "full-doc-exc-c14n" => {
                    Form::exclusive().with_comments().of(root, None)
                }
                None if title.starts_with("full-doc-c14n1") => {
                    Form::inclusive().with_comments().of(root, None)
                }
                None => continue,
            };
            let theirs = fs::read_to_string(&file).unwrap();
            match ours {
                Ok(ours) if ours == theirs => verdicts.add(&file, "equal"),
                Ok(ours) => verdicts.wrong(&file, &format!("{ours:?} instead of {theirs:?}")),
                Err(why) => verdicts.add(&file, &format!("not compared: {why}")),
            }
        }
    }
    verdicts.check();
}

/// What the last of the files holds.
fn signed_info(document: &Document<'_>) -> Result<String, &'static str> {
    let named = |name| move |node: &Node<'_, '_>| xml::is(*node, DS, name);
    let signed_info = document.descendants().find(named("SignedInfo")).unwrap();
    let method = signed_info.children().find(named("CanonicalizationMethod")).unwrap();
    Form::named(method).unwrap().of(signed_info, None)
}
