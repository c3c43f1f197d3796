//! Turns the vocabularies that `tiktoken-rs` ships into the compact tries that `src/tokens` loads.
//!
//! Only this build step depends on that crate: the library carries about 7 bytes per trie node instead
//! of a parsed copy of every vocabulary. Format, little-endian, nodes in breadth-first order (children of
//! a node are consecutive and sorted, so their positions follow from the counts; the root has 256):
//! `tokens: u32, nodes: u32, label: [u8; nodes], children: [u8; nodes], token: [u32; nodes],
//! split: [(u32, u32); tokens]`. Tokens are numbered by rank without gaps, which keeps their order and so
//! every merge decision, but not the published ids.
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::{env, fs};

use tiktoken_rs::CoreBPE;

/// Marks a node that is only on the way to a token.
const NONE: u32 = u32::MAX;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let p50k = ranked(&tiktoken_rs::p50k_base().expect("bundled"), 50_281);
    let r50k = ranked(&tiktoken_rs::r50k_base().expect("bundled"), 50_257);
    // `Vocabulary::load` serves r50k_base from the first tokens of p50k_base.
    assert_eq!(r50k.len(), 50_256);
    assert_eq!(p50k[..r50k.len()], r50k[..]);
    write("p50k_base", &p50k);
    write("cl100k_base", &ranked(&tiktoken_rs::cl100k_base().expect("bundled"), 100_256));
    write("o200k_base", &ranked(&tiktoken_rs::o200k_base().expect("bundled"), 199_998));
}

/// The tokens with ids below `end` by rank, special tokens and gaps left out.
fn ranked(encoding: &CoreBPE, end: u32) -> Vec<Vec<u8>> {
    let special = encoding.special_tokens();
    (0..end)
        .filter_map(|id| encoding.decode_bytes(&[id]).ok())
        .filter(|token| !std::str::from_utf8(token).is_ok_and(|t| special.contains(t)))
        .collect()
}

fn write(name: &str, tokens: &[Vec<u8>]) {
    let mut out = Vec::new();
    let (labels, children, ids) = trie(tokens);
    out.extend(u32::try_from(tokens.len()).expect("fits").to_le_bytes());
    out.extend(u32::try_from(labels.len()).expect("fits").to_le_bytes());
    out.extend(labels);
    out.extend(children);
    out.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
    for (left, right) in splits(tokens) {
        out.extend(left.to_le_bytes());
        out.extend(right.to_le_bytes());
    }
    let path = PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join(format!("{name}.trie"));
    fs::write(path, out).expect("OUT_DIR is writable");
}

/// Labels, child counts and tokens of the trie's nodes, breadth first.
fn trie(tokens: &[Vec<u8>]) -> (Vec<u8>, Vec<u8>, Vec<u32>) {
    let mut sorted: Vec<(&[u8], u32)> =
        tokens.iter().zip(0..).map(|(token, id)| (token.as_slice(), id)).collect();
    sorted.sort_unstable();
    let (mut labels, mut children, mut ids) = (vec![0], vec![], vec![]);
    // Each entry: the tokens below one node, all of which share their first `depth` bytes.
    let mut queue = VecDeque::from([(0..sorted.len(), 0)]);
    while let Some((mut range, depth)) = queue.pop_front() {
        let own = sorted[range.start].0.len() == depth;
        ids.push(if own { sorted[range.start].1 } else { NONE });
        range.start += usize::from(own);
        let mut count = 0;
        while range.start < range.end {
            let label = sorted[range.start].0[depth];
            let len = sorted[range.clone()].iter().take_while(|(t, _)| t[depth] == label).count();
            queue.push_back((range.start..range.start + len, depth + 1));
            labels.push(label);
            range.start += len;
            count += 1;
        }
        assert!(depth > 0 || count == 256, "every byte is a token and so a child of the root");
        assert!(depth == 0 || count < 256);
        children.push(u8::try_from(count % 256).expect("below 256"));
    }
    (labels, children, ids)
}

/// For each token the two tokens it was merged from; a single byte is its own twin.
fn splits(tokens: &[Vec<u8>]) -> Vec<(u32, u32)> {
    let rank: HashMap<&[u8], u32> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
    (tokens.iter().zip(0u32..))
        .map(|(token, id)| {
            if token.len() == 1 {
                return (id, id);
            }
            // Byte-pair encoding by the book, stopped before the merge that makes the token itself.
            let mut ends: Vec<usize> = (0..=token.len()).collect();
            while ends.len() > 3 {
                let best = (0..ends.len() - 2)
                    .filter_map(|i| Some((*rank.get(&token[ends[i]..ends[i + 2]])?, i)))
                    .min()
                    .expect("a token is built from smaller ones");
                assert!(best.0 < id, "token {id} cannot be reached by merging");
                ends.remove(best.1 + 1);
            }
            (rank[&token[..ends[1]]], rank[&token[ends[1]..]])
        })
        .collect()
}
