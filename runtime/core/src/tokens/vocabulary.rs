//! The tokens of one encoding, and how they were merged from smaller ones.

/// No token.
const NONE: u32 = u32::MAX;

/// A node of the trie of all tokens.
#[derive(Clone, Copy)]
struct Node {
    /// Position of the first child; the others follow it, sorted by label.
    first_child: u32,
    /// How many children there are.
    children: u32,
    /// The token that ends here, or [`NONE`].
    token: u32,
}

/// The tokens of one encoding by rank. Built once per process from the tables of the build step.
pub(super) struct Vocabulary {
    nodes: Vec<Node>,
    /// The byte that leads to a node.
    labels: Vec<u8>,
    /// The node of each pair of first bytes, 0 where no token starts so.
    pairs_of_bytes: Vec<u32>,
    /// Length of each token in bytes.
    lengths: Vec<u8>,
    /// The longest other token that a token starts with, or [`NONE`].
    shorter: Vec<u32>,
    /// The two tokens each token was merged from; single bytes point at themselves.
    splits: Vec<(u32, u32)>,
    /// Open-addressed map from `splits` back to the token: token + 1, or 0 for a free slot.
    merged: Vec<u32>,
    /// Length of the longest token in bytes.
    longest: usize,
}

impl Vocabulary {
    /// Loads a table of the build step, of which the tokens below `limit` are kept.
    pub(super) fn load(table: &[u8], limit: u32) -> Self {
        let words = |bytes: &[u8]| -> Vec<u32> {
            bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
        };
        let (head, table) = table.split_at(8);
        let sizes = words(head);
        let (count, size) = (sizes[0] as usize, sizes[1] as usize);
        let (labels, table) = table.split_at(size);
        let (children, table) = table.split_at(size);
        let (tokens, table) = table.split_at(size * 4);
        let (splits, _) = table.split_at(count * 8);
        let kept = count.min(limit as usize);

        let mut first_child = 1;
        let nodes: Vec<Node> = (words(tokens).into_iter().zip(children).enumerate())
            .map(|(i, (token, &children))| {
                let children = if i == 0 { 256 } else { u32::from(children) };
                let token = if token < limit { token } else { NONE };
                let node = Node { first_child, children, token };
                first_child += children;
                node
            })
            .collect();
        let splits = words(splits).as_chunks().0.iter().take(kept).map(|&[a, b]| (a, b)).collect();
        let mut vocabulary = Self {
            nodes,
            labels: labels.to_vec(),
            pairs_of_bytes: vec![0; 1 << 16],
            lengths: vec![0; kept],
            shorter: vec![NONE; kept],
            splits,
            merged: vec![0; (kept * 2).next_power_of_two()],
            longest: 0,
        };
        vocabulary.derive_lengths();
        vocabulary.derive_merges();
        vocabulary
    }

    /// Lengths, shorter tokens and the byte-pair index, all from one breadth-first walk.
    fn derive_lengths(&mut self) {
        // Per node: its depth, and the last token on the way to it.
        let mut depth = vec![0u8; self.nodes.len()];
        let mut last = vec![NONE; self.nodes.len()];
        for i in 0..self.nodes.len() {
            let node = self.nodes[i];
            if node.token != NONE {
                self.lengths[node.token as usize] = depth[i];
                self.longest = self.longest.max(usize::from(depth[i]));
                self.shorter[node.token as usize] = last[i];
                last[i] = node.token;
            }
            for child in node.first_child as usize..(node.first_child + node.children) as usize {
                depth[child] = depth[i] + 1;
                last[child] = last[i];
                if depth[i] == 1 {
                    let key = usize::from(self.labels[i]) << 8 | usize::from(self.labels[child]);
                    self.pairs_of_bytes[key] = child as u32;
                }
            }
        }
    }

    fn derive_merges(&mut self) {
        for token in 0..self.splits.len() as u32 {
            let (left, right) = self.splits[token as usize];
            if left == right && left == token {
                continue;
            }
            let mut slot = self.slot(left, right);
            while self.merged[slot] != 0 {
                slot = (slot + 1) & (self.merged.len() - 1);
            }
            self.merged[slot] = token + 1;
        }
    }

    fn slot(&self, left: u32, right: u32) -> usize {
        let key = u64::from(left) << 32 | u64::from(right);
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 40) as usize & (self.merged.len() - 1)
    }

    /// What merging two neighbours gives, if they merge at all.
    fn merge(&self, left: u32, right: u32) -> Option<u32> {
        let mut slot = self.slot(left, right);
        loop {
            let token = self.merged[slot].checked_sub(1)?;
            if self.splits[token as usize] == (left, right) {
                return Some(token);
            }
            slot = (slot + 1) & (self.merged.len() - 1);
        }
    }

    /// Length of a token in bytes.
    pub(super) fn len(&self, token: u32) -> usize {
        usize::from(self.lengths[token as usize])
    }

    /// Length in bytes of the longest token: a text of more than `n` times as many bytes has more than
    /// `n` tokens.
    pub(super) const fn longest_token(&self) -> usize {
        self.longest
    }

    /// The longest other token that `token` starts with.
    pub(super) fn shorter(&self, token: u32) -> Option<u32> {
        Some(self.shorter[token as usize]).filter(|&t| t != NONE)
    }

    /// The longest token that `bytes` starts with; `None` only for no bytes.
    pub(super) fn longest_match(&self, bytes: &[u8]) -> Option<u32> {
        let first = self.nodes[1 + usize::from(*bytes.first()?)];
        let Some(&second) = bytes.get(1) else { return Some(first.token) };
        let mut at = self.pairs_of_bytes[usize::from(bytes[0]) << 8 | usize::from(second)] as usize;
        if at == 0 {
            return Some(first.token);
        }
        let mut found = first.token;
        let mut rest = bytes[2..].iter();
        loop {
            let node = self.nodes[at];
            if node.token != NONE {
                found = node.token;
            }
            let Some(byte) = rest.next() else { return Some(found) };
            let children = node.first_child as usize..(node.first_child + node.children) as usize;
            match self.labels[children.clone()].binary_search(byte) {
                Ok(child) => at = children.start + child,
                Err(_) => return Some(found),
            }
        }
    }

    /// Whether byte-pair encoding leaves `left` and `right` as they are when they meet: undoing their
    /// merges from the latest back, no merge across the border would have come first.
    pub(super) fn stay_apart(&self, mut left: u32, mut right: u32) -> bool {
        let mut limit = u32::MAX;
        loop {
            if self.merge(left, right).is_some_and(|merged| merged < limit) {
                return false;
            }
            let (inner_left, inner_right) = (self.splits[left as usize].1, self.splits[right as usize].0);
            // The younger of the two is undone; one that is a single byte cannot be.
            if left > right && inner_left != left {
                limit = left;
                left = inner_left;
            } else if inner_right != right {
                limit = right + 1;
                right = inner_right;
            } else if inner_left != left {
                limit = left;
                left = inner_left;
            } else {
                return true;
            }
        }
    }
}
