//! libxml2's canonicalization, which xmlsec1 and lxml build on.

#![expect(unsafe_code, reason = "the crate libxml has no safe way to canonicalize")]

use std::ffi::{CString, c_int, c_void};
use std::ptr;

use libxml::bindings::{
    xmlAllocOutputBuffer, xmlC14NExecute, xmlC14NMode_XML_C14N_EXCLUSIVE_1_0, xmlErrorPtr,
    xmlNodePtr, xmlOutputBufferClose, xmlOutputBufferGetContent, xmlOutputBufferGetSize,
};
use libxml::parser::{Parser, ParserOptions};
use libxml::readonly::RoNode;
use libxml::tree::Document;

use crate::document::Case;

/// Parses without repairing anything.
#[must_use]
pub fn parse(text: &str) -> Option<Document> {
    type Handler = unsafe extern "C" fn(*mut c_void, xmlErrorPtr);
    // The crate libxml declares it with another calling convention.
    unsafe extern "C" {
        fn xmlSetStructuredErrorFunc(context: *mut c_void, handler: Option<Handler>);
    }
    // SAFETY: a switch of the library for this thread, to a function that does nothing.
    unsafe { xmlSetStructuredErrorFunc(ptr::null_mut(), Some(say_nothing)) };
    let options = ParserOptions { recover: false, no_net: true, ..ParserOptions::default() };
    Parser::default().parse_string_with_options(text, options).ok()
}

/// The canonical form of a case, unless there is none.
#[must_use]
pub fn canonical(case: &Case) -> Option<Vec<u8>> {
    let document = parse(&case.text)?;
    let mut elements = vec![];
    collect(document.get_root_readonly()?, &mut elements);
    let without = case.without.map_or(ptr::null_mut(), |nth| elements[nth].node_ptr());
    let chosen = Chosen { apex: elements[case.apex].node_ptr(), without };
    let prefixes: Vec<_> =
        case.prefixes.iter().map(|one| CString::new(one.as_str()).expect("no NUL")).collect();
    let mut list: Vec<_> = prefixes.iter().map(|one| one.as_ptr().cast_mut().cast()).collect();
    list.push(ptr::null_mut());
    // SAFETY: document, prefixes and choice outlive the call, which keeps none of them; the callback reads
    // the choice alone and follows the parents of living nodes.
    unsafe {
        let buffer = xmlAllocOutputBuffer(ptr::null_mut());
        let done = xmlC14NExecute(
            document.doc_ptr(),
            Some(is_visible),
            ptr::from_ref(&chosen).cast_mut().cast(),
            c_int::try_from(xmlC14NMode_XML_C14N_EXCLUSIVE_1_0).expect("a small number"),
            if case.prefixes.is_empty() { ptr::null_mut() } else { list.as_mut_ptr() },
            c_int::from(case.comments),
            buffer,
        );
        let length = xmlOutputBufferGetSize(buffer);
        let octets = if length == 0 {
            vec![]
        } else {
            std::slice::from_raw_parts(xmlOutputBufferGetContent(buffer), length).to_vec()
        };
        xmlOutputBufferClose(buffer);
        (done >= 0).then_some(octets)
    }
}

/// What is wrong is told by what is returned.
unsafe extern "C" fn say_nothing(_: *mut c_void, _: xmlErrorPtr) {}

fn collect(element: RoNode, elements: &mut Vec<RoNode>) {
    elements.push(element);
    for child in element.get_child_elements() {
        collect(child, elements);
    }
}

struct Chosen {
    apex: xmlNodePtr,
    without: xmlNodePtr,
}

/// What stands below the apex, and not below what is left out. An attribute or a declaration of a
/// namespace is as visible as its element.
unsafe extern "C" fn is_visible(
    chosen: *mut c_void,
    node: xmlNodePtr,
    parent: xmlNodePtr,
) -> c_int {
    // SAFETY: `canonical` passes a `Chosen`, and libxml2 nodes of its document; `node` may be a namespace,
    // which is compared and never followed.
    unsafe {
        let chosen = &*chosen.cast::<Chosen>();
        let mut inside = node == chosen.apex;
        if !chosen.without.is_null() && node == chosen.without {
            return 0;
        }
        let mut at = parent;
        while !at.is_null() {
            if !chosen.without.is_null() && at == chosen.without {
                return 0;
            }
            inside = inside || at == chosen.apex;
            at = (*at).parent;
        }
        c_int::from(inside)
    }
}

/// Keeps xmlsec1's library from writing on standard error.
pub(crate) fn no_errors() {
    unsafe extern "C" {
        fn xmlSecErrorsDefaultCallbackEnableOutput(enabled: c_int);
    }
    // SAFETY: a switch of the library, which is initialised and linked by the crate xmlsec.
    unsafe { xmlSecErrorsDefaultCallbackEnableOutput(0) };
}
