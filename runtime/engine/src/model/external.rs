//! Weights that a graph keeps in other files, as the graph names them.
//!
//! ONNX Runtime opens whatever file a graph names. So the names are read here first, and those that lead out of the
//! graph's folder are refused. Only what leads to a name is read; weights in the graph itself are passed over.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path};

use super::error::{ModelFault, brief};

/// The longest entry that may name a file.
const LONGEST_ENTRY: u64 = 8 << 10;

/// Files a graph may name.
const MOST_FILES: usize = 4_096;

/// Messages within each other, as protobuf's own readers have it.
const DEEPEST: u32 = 100;

/// The messages of ONNX that lead to weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Model,
    Training,
    Function,
    Graph,
    Node,
    Attribute,
    Sparse,
    Tensor,
}

impl Kind {
    /// What lies in a field, if it leads to weights: by the numbers of `onnx.proto`.
    const fn inside(self, field: u64) -> Option<Self> {
        Some(match (self, field) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) | (Self::Training, 1 | 2) => Self::Graph,
            (Self::Model, 20) => Self::Training,
            (Self::Model, 25) => Self::Function,
            (Self::Graph, 1) | (Self::Function, 7) => Self::Node,
            (Self::Node, 5) | (Self::Function, 11) => Self::Attribute,
            (Self::Graph, 15) | (Self::Attribute, 22 | 23) => Self::Sparse,
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) | (Self::Sparse, 1 | 2) => Self::Tensor,
            _ => return None,
        })
    }
}

/// Of a tensor: the entries that say where its weights are, and whether they count.
const ENTRY: u64 = 13;
const PLACE: u64 = 14;
const ELSEWHERE: u64 = 1;

/// Of a model: the sets of operators that it needs.
const IMPORT: u64 = 8;

/// The files that the graph at `path` keeps weights in, relative to its folder. A fault for one outside of it.
pub fn external_data(path: &Path) -> Result<Vec<String>, ModelFault> {
    // ONNX Runtime's own format, which is no protobuf and names no files.
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ort")) {
        return Ok(Vec::new());
    }
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let opened = File::open(path).and_then(|graph| Ok((graph.metadata()?.len(), graph)));
    let (length, graph) = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ModelFault::Missing(path.display().to_string()),
        _ => ModelFault::unreadable(&*file, error),
    })?;
    let mut walk = Walk { input: BufReader::new(graph), at: 0, named: BTreeSet::new() };
    walk.message(Kind::Model, length, 0).map_err(|error| ModelFault::unreadable(&*file, error))?;
    let mut files = BTreeSet::new();
    for location in walk.named {
        let inside = confined(&location).ok_or_else(|| {
            let detail = format!("its weights are said to be in {location:?}, outside of its folder");
            ModelFault::unreadable(&*file, brief(&detail))
        })?;
        files.insert(inside);
    }
    Ok(files.into_iter().collect())
}

/// Whether the graph at `path` imports a set of operators. Only what its file says beside the graph is read.
pub(crate) fn imports(path: &Path, domain: &str) -> io::Result<bool> {
    let graph = File::open(path)?;
    let end = graph.metadata()?.len();
    let mut walk = Walk { input: BufReader::new(graph), at: 0, named: BTreeSet::new() };
    let mut wanted = vec![0x0a, u8::try_from(domain.len()).map_err(|_| broken("its name is too long"))?];
    wanted.extend_from_slice(domain.as_bytes());
    while walk.at < end {
        let key = walk.number(end)?;
        match key & 7 {
            0 => drop(walk.number(end)?),
            1 => walk.skip(8, end)?,
            5 => walk.skip(4, end)?,
            2 => {
                let length = walk.number(end)?;
                if key >> 3 != IMPORT || length > LONGEST_ENTRY {
                    walk.skip(length, end)?;
                    continue;
                }
                let mut entry = vec![0; length as usize];
                walk.input.read_exact(&mut entry).map_err(|_| cut_off())?;
                walk.at += length;
                if entry.windows(wanted.len()).any(|part| part == wanted) {
                    return Ok(true);
                }
            }
            _ => return Err(broken("it is no ONNX file")),
        }
    }
    Ok(false)
}

/// A path within a folder; `None` if it leads out of it, or nowhere.
fn confined(location: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(location).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty() && !location.contains('\0')).then(|| parts.join("/"))
}

struct Walk<R> {
    input: BufReader<R>,
    at: u64,
    named: BTreeSet<String>,
}

impl<R: Read + Seek> Walk<R> {
    /// Reads a message that ends at `end`.
    fn message(&mut self, kind: Kind, end: u64, depth: u32) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(broken("it is nested too deeply"));
        }
        let (mut locations, mut elsewhere) = (Vec::new(), false);
        while self.at < end {
            let key = self.number(end)?;
            let (field, wire) = (key >> 3, key & 7);
            match wire {
                0 => {
                    let value = self.number(end)?;
                    if kind == Kind::Tensor && field == PLACE {
                        elsewhere = value == ELSEWHERE;
                    }
                }
                1 => self.skip(8, end)?,
                5 => self.skip(4, end)?,
                2 => {
                    let length = self.number(end)?;
                    let inner =
                        self.at.checked_add(length).filter(|&inner| inner <= end).ok_or_else(cut_off)?;
                    if let Some(kind) = kind.inside(field) {
                        self.message(kind, inner, depth + 1)?;
                    } else if kind == Kind::Tensor && field == ENTRY {
                        locations.extend(self.entry(length)?);
                    } else {
                        self.skip(length, end)?;
                    }
                }
                _ => return Err(broken("it is no ONNX file")),
            }
        }
        if elsewhere {
            self.named.extend(locations);
        }
        if self.named.len() > MOST_FILES {
            return Err(broken("it names too many files"));
        }
        Ok(())
    }

    /// The file that an entry of a tensor names; `None` if it says something else.
    fn entry(&mut self, length: u64) -> io::Result<Option<String>> {
        if length > LONGEST_ENTRY {
            return Err(broken("it names a file of too long a name"));
        }
        let mut bytes = vec![0; length as usize];
        self.input.read_exact(&mut bytes).map_err(|_| cut_off())?;
        self.at += length;
        let mut entry =
            Walk { input: BufReader::new(io::Cursor::new(&bytes)), at: 0, named: BTreeSet::new() };
        let (mut is_location, mut value) = (false, Vec::new());
        while entry.at < length {
            let key = entry.number(length)?;
            let size = entry.number(length)?;
            let (from, to) = (entry.at as usize, entry.at.saturating_add(size).min(length) as usize);
            match key {
                0x0a => is_location = &bytes[from..to] == b"location",
                0x12 => value = bytes[from..to].to_vec(),
                _ => return Err(broken("it is no ONNX file")),
            }
            entry.skip(size, length)?;
        }
        if !is_location {
            return Ok(None);
        }
        String::from_utf8(value).map(Some).map_err(|_| broken("it names a file in no UTF-8"))
    }

    /// A number, as protobuf writes it.
    fn number(&mut self, end: u64) -> io::Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            if self.at >= end {
                return Err(cut_off());
            }
            let mut byte = [0];
            self.input.read_exact(&mut byte).map_err(|_| cut_off())?;
            self.at += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(value);
            }
        }
        Err(broken("it is no ONNX file"))
    }

    fn skip(&mut self, bytes: u64, end: u64) -> io::Result<()> {
        let to = self.at.checked_add(bytes).filter(|&to| to <= end).ok_or_else(cut_off)?;
        match i64::try_from(bytes) {
            Ok(bytes) => self.input.seek_relative(bytes)?,
            Err(_) => drop(self.input.seek(SeekFrom::Start(to))?),
        }
        self.at = to;
        Ok(())
    }
}

fn broken(detail: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, detail)
}

fn cut_off() -> io::Error {
    broken("it is cut off, or no ONNX file")
}

/// A field of a protobuf message with bytes in it, for whoever writes one.
pub(super) fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(content);
    bytes
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    /// A tensor whose weights are `elsewhere`, or were.
    fn tensor(location: &str, elsewhere: bool) -> Vec<u8> {
        let entry = |key: &str, value: &str| {
            field(13, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat())
        };
        let place = vec![14 << 3, u8::from(elsewhere)];
        [field(9, &[1; 300]), entry("offset", "4"), entry("location", location), place].concat()
    }

    fn model(graph: &[u8]) -> Vec<u8> {
        [vec![1 << 3, 9], field(7, graph)].concat()
    }

    fn read(name: &str, content: &[u8]) -> Result<Vec<String>, ModelFault> {
        let path = place(name);
        std::fs::write(&path, content).unwrap();
        let found = external_data(&path);
        std::fs::remove_file(&path).unwrap();
        found
    }

    fn place(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("pyshield-external-{}-{name}.onnx", std::process::id()))
    }

    #[test]
    fn files_are_found_wherever_a_tensor_can_be() {
        let branch = field(5, &field(6, &field(5, &tensor("./in/a/branch.bin", true))));
        let constant = field(5, &field(5, &tensor("constant.bin", true)));
        let graph = [
            field(1, &[branch, constant].concat()),
            field(5, &tensor("weights.bin", true)),
            field(5, &tensor("weights.bin", true)),
            field(5, &tensor("left over from before.bin", false)),
            field(15, &field(1, &tensor("sparse.bin", true))),
        ]
        .concat();
        let found = read("places", &model(&graph)).unwrap();
        assert_eq!(found, ["constant.bin", "in/a/branch.bin", "sparse.bin", "weights.bin"]);
        assert_eq!(read("none", &model(&field(5, &tensor("no.bin", false)))).unwrap(), [""; 0]);
    }

    #[test]
    fn imports_are_found_beside_the_graph_alone() {
        let set = |name: &str| field(8, &[field(1, name.as_bytes()), vec![2 << 3, 1]].concat());
        let inside = field(2, &set("com.microsoft"));
        let find = |name: &str, content: &[u8]| {
            let path = place(name);
            std::fs::write(&path, content).unwrap();
            let found = imports(&path, "com.microsoft");
            std::fs::remove_file(&path).unwrap();
            found
        };
        let bare = [model(&inside), set(""), set("com.microsoft.nchwc")].concat();
        assert!(!find("bare", &bare).unwrap());
        assert!(find("imported", &[bare.clone(), set("com.microsoft")].concat()).unwrap());
        assert!(find("cut-off-import", &[&bare[..], &[8 << 3 | 2, 20]].concat()).is_err());
    }

    #[test]
    fn files_outside_of_the_folder_are_refused() {
        for (at, location) in
            ["/etc/passwd", "../other/weights", "in/../../out", "..", "", ".", "a\0b"].iter().enumerate()
        {
            let fault =
                read(&format!("outside-{at}"), &model(&field(5, &tensor(location, true)))).unwrap_err();
            assert_eq!(fault.kind(), "unreadable", "{location}");
            assert!(fault.to_string().contains("outside of its folder"), "{fault}");
        }
    }

    #[test]
    fn what_is_cut_off_or_nested_for_ever_is_a_fault() {
        let whole = model(&field(5, &tensor("weights.bin", true)));
        for end in 3..whole.len() {
            assert!(read("cut", &whole[..end]).is_err(), "{end}");
        }
        let mut nested = Vec::new();
        for _ in 0..200 {
            nested = field(1, &field(5, &field(6, &nested)));
        }
        assert!(read("nested", &model(&nested)).unwrap_err().to_string().contains("deeply"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read("any", &bytes);
            let _ = read("any", &model(&field(5, &bytes)));
        }
    }
}
