//! `docs/secrets.md` lists the kinds of secrets there are. `UPDATE_DOCS=1` writes the list.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use pyshield_core::scanner::secrets::kinds;

const BEGIN: &str = "<!-- kinds -->\n";
const END: &str = "<!-- end of kinds -->\n";

fn list() -> String {
    let mut by_label: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for kind in kinds() {
        let known = by_label.entry(kind.label).or_insert((kind.about, true));
        known.1 &= kind.needs_name;
    }
    let mut list = format!("{} kinds.\n\n| label | what | |\n|---|---|---|\n", by_label.len());
    for (label, (about, named)) in by_label {
        writeln!(list, "| `{label}` | {about} | {} |", if named { "named" } else { "" }).unwrap();
    }
    list
}

#[test]
fn the_page_lists_every_kind() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/secrets.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", list());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(page == wanted || std::env::var_os("UPDATE_DOCS").is_some(), "UPDATE_DOCS=1 writes the list");
}
