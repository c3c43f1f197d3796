use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const LIMITS: VaultLimits =
    VaultLimits { max_vaults: 3, max_entries: 4, max_bytes: 4 * 480, max_total_bytes: 5 * 480 };

fn entry(placeholder: &str, value: &str) -> VaultEntry {
    VaultEntry::new(placeholder, value)
}

fn extend(vaults: &mut Vaults, id: VaultId, entries: &[VaultEntry]) -> Result<(), VaultError> {
    vaults.with(id, 0, |state, room| state.extend(entries.to_vec(), room))
}

#[test]
fn keeps_order_and_repetitions_and_removes_the_first_equal_pair() {
    let mut vaults = Vaults::new(LIMITS);
    let id = vaults.create(VaultOptions::default(), 0).unwrap();
    let (a, b, c) = (entry("[A]", "1"), entry("[B]", "2"), entry("[A]", "3"));
    extend(&mut vaults, id, &[a.clone(), b.clone(), c.clone(), a.clone()]).unwrap();
    vaults.with(id, 0, |state, _| state.remove(&a)).unwrap();
    let left = vaults.with(id, 0, |state, _| Ok(state.entries())).unwrap();
    assert_eq!(left, [b, c, a.clone()]);
    assert_eq!(vaults.with(id, 0, |state, _| state.remove(&entry("[A]", "2"))), Err(VaultError::NotFound));
    assert_eq!(vaults.with(id, 0, |state, _| state.remove(&entry("[Z]", "1"))), Err(VaultError::NotFound));
}

#[test]
fn vaults_do_not_see_each_other() {
    let mut vaults = Vaults::new(LIMITS);
    let (one, two) = (
        vaults.create(VaultOptions::default(), 0).unwrap(),
        vaults.create(VaultOptions::default(), 0).unwrap(),
    );
    extend(&mut vaults, one, &[entry("[A]", "1")]).unwrap();
    assert!(
        vaults.with(two, 0, |state, _| Ok(state.is_empty() && !state.placeholder_exists("[A]"))).unwrap()
    );
    vaults.release(two);
    assert!(vaults.with(one, 0, |state, _| Ok(state.placeholder_exists("[A]"))).unwrap());
    assert_eq!(vaults.with(two, 0, |_, _| Ok(())), Err(VaultError::Lost));
}

#[test]
fn every_limit_holds_and_a_refusal_changes_nothing() {
    let mut vaults = Vaults::new(LIMITS);
    let id = vaults.create(VaultOptions::default(), 0).unwrap();
    let full = |what, limit| Err(VaultError::Full { what, limit });
    let five = vec![entry("[A]", "1"); 5];
    assert_eq!(extend(&mut vaults, id, &five), full("entries", 4));
    let wide = [entry("[A]", &"x".repeat(2_000))];
    assert_eq!(extend(&mut vaults, id, &wide), full("bytes", LIMITS.max_bytes));
    assert_eq!((vaults.bytes(), vaults.with(id, 0, |state, _| Ok(state.len())).unwrap()), (0, 0));

    extend(&mut vaults, id, &[entry("[A]", &"x".repeat(1_200))]).unwrap();
    let other = vaults.create(VaultOptions::default(), 0).unwrap();
    let second = [entry("[A]", &"x".repeat(1_200))];
    assert_eq!(extend(&mut vaults, other, &second), full("bytes in all vaults", LIMITS.max_total_bytes));
    vaults.release(id);
    extend(&mut vaults, other, &second).unwrap();

    vaults.create(VaultOptions::default(), 0).unwrap();
    vaults.create(VaultOptions::default(), 0).unwrap();
    assert_eq!(vaults.create(VaultOptions::default(), 0).map(|_| ()), full("vaults", 3));
}

#[test]
fn nothing_of_an_entry_is_shown() {
    let mut vaults = Vaults::new(LIMITS);
    let id = vaults.create(VaultOptions::default(), 0).unwrap();
    extend(&mut vaults, id, &[entry("[PLACEHOLDER]", "hunter2")]).unwrap();
    let shown =
        format!("{vaults:?} {:?}", vaults.with(id, 0, |state, _| state.remove(&entry("[A]", "hunter2"))));
    assert!(!shown.contains("hunter2") && !shown.contains("PLACEHOLDER"), "{shown}");
}

fn sessions(ttl: Option<u64>) -> Vaults {
    let ttl = ttl.map(Duration::from_nanos);
    Vaults::of_sessions(LIMITS, VaultOptions { ttl, ..VaultOptions::default() })
}

fn claimed(vaults: &mut Vaults, name: &str, now: u64, value: &str) -> String {
    let id = vaults.named(name, now).unwrap();
    let claim = Claim {
        label: "A".into(),
        value: value.into(),
        stand_ins: Vec::new(),
        bracketed: false,
        verbatim: false,
        if_known: false,
    };
    let given = vaults.with(id, now, |state, room| state.claim(vec![claim], &BTreeSet::new(), room)).unwrap();
    given[0].as_ref().unwrap().as_str().to_owned()
}

#[test]
fn the_session_not_used_for_longest_makes_room() {
    let mut vaults = sessions(None);
    let ids: Vec<_> = (0..3).map(|n| vaults.named(&n.to_string(), n).unwrap()).collect();
    let lives: Vec<_> = ids.iter().map(|&id| vaults.life(id).unwrap()).collect();
    assert_eq!(vaults.named("0", 3).unwrap(), ids[0]);
    vaults.with(ids[1], 4, |_, _| Ok(())).unwrap();
    vaults.named("3", 5).unwrap();
    let ends: Vec<_> = lives.iter().map(|life| life.end()).collect();
    assert_eq!(ends, [None, None, Some(End::Evicted)]);
    assert_eq!(vaults.with(ids[2], 6, |_, _| Ok(())), Err(VaultError::Lost));
    // A use that nobody told the owner of counts as well.
    assert!(lives[0].touch(7));
    vaults.named("4", 8).unwrap();
    assert_eq!((lives[0].end(), lives[1].end()), (None, Some(End::Evicted)));
    assert!(!lives[1].touch(9));
    let statistics = vaults.statistics(9);
    assert_eq!((statistics.sessions, statistics.made_total, statistics.evicted_total), (3, 5, 2));
}

#[test]
fn others_make_room_for_bytes_and_one_alone_is_refused() {
    let mut vaults = sessions(None);
    let wide = || vec![entry("[A]", &"x".repeat(1_000))];
    for (name, now) in [("a", 1), ("b", 2)] {
        let id = vaults.named(name, now).unwrap();
        vaults.with(id, now, |state, room| state.extend(wide(), room)).unwrap();
    }
    assert!(!vaults.contains("a", 3) && vaults.contains("b", 3));
    assert!(vaults.bytes() <= LIMITS.max_total_bytes);
    let id = vaults.named("b", 4).unwrap();
    let refused = vaults.with(id, 4, |state, room| state.extend(wide(), room));
    assert_eq!(refused, Err(VaultError::Full { what: "bytes", limit: LIMITS.max_bytes }));
}

#[test]
fn sessions_end_when_they_were_not_used() {
    let mut vaults = sessions(Some(10));
    let (one, two) = (vaults.named("one", 0).unwrap(), vaults.named("two", 0).unwrap());
    let (first, second) = (vaults.life(one).unwrap(), vaults.life(two).unwrap());
    assert_eq!(vaults.next_due(), Some(10));
    assert!(first.touch(5));
    vaults.sweep(12);
    assert_eq!((first.end(), second.end()), (None, Some(End::Expired)));
    // Over before anybody swept.
    assert!(!first.touch(15));
    assert_eq!(vaults.with(one, 15, |_, _| Ok(())), Err(VaultError::Lost));
    assert_eq!(first.end(), Some(End::Expired));
    assert_eq!((vaults.next_due(), vaults.len(), vaults.statistics(15).expired_total), (None, 0, 2));
    assert!(vaults.named("three", 16).is_ok() && vaults.remove("three", 17) && !vaults.remove("three", 17));
}

#[test]
fn a_session_made_anew_gives_no_placeholder_again() {
    let mut vaults = sessions(None);
    assert_eq!(claimed(&mut vaults, "ada", 1, "x"), "[REDACTED_A_1]");
    assert_eq!(claimed(&mut vaults, "ada", 2, "y"), "[REDACTED_A_2]");
    for (name, now) in [("b", 3), ("c", 4), ("d", 5)] {
        vaults.named(name, now).unwrap();
    }
    assert!(!vaults.contains("ada", 6));
    assert_eq!(claimed(&mut vaults, "ada", 7, "z"), "[REDACTED_A_3]");
}

#[test]
fn a_vault_has_limits_and_a_life_of_its_own() {
    let mut vaults = Vaults::new(LIMITS);
    let options = VaultOptions { max_entries: Some(1), max_bytes: None, ttl: Some(Duration::from_nanos(10)) };
    let (brief, other) =
        (vaults.create(options, 0).unwrap(), vaults.create(VaultOptions::default(), 0).unwrap());
    let pair = || entry("[A]", "1");
    vaults.with(brief, 1, |state, room| state.extend(vec![pair()], room)).unwrap();
    let refused = vaults.with(brief, 1, |state, room| state.extend(vec![pair()], room));
    assert_eq!(refused, Err(VaultError::Full { what: "entries", limit: 1 }));
    let life = vaults.life(brief).unwrap();
    vaults.sweep(12);
    assert_eq!((life.end(), vaults.len(), vaults.bytes()), (Some(End::Expired), 1, 0));
    vaults.with(other, 1_000, |state, room| state.extend(vec![pair(), pair()], room)).unwrap();
    // Its own limits count also where they are larger, but for that of all vaults.
    let options = VaultOptions { max_entries: Some(9), max_bytes: Some(usize::MAX), ttl: None };
    let large = vaults.create(options, 1_000).unwrap();
    let pairs = vec![pair(); LIMITS.max_entries + 1];
    vaults.with(large, 1_000, |state, room| state.extend(pairs, room)).unwrap();
    let refused =
        vaults.with(large, 1_000, |state, room| state.extend(vec![entry("[A]", &"x".repeat(2_000))], room));
    assert_eq!(refused, Err(VaultError::Full { what: "bytes in all vaults", limit: LIMITS.max_total_bytes }));
}

#[test]
fn numbers_of_what_comes_back_are_taken() {
    let mut vaults = Vaults::new(VaultLimits::default());
    let id = vaults.create(VaultOptions::default(), 0).unwrap();
    let back = ["[REDACTED_A_7]", "[REDACTED_A_2]", "[REDACTED_]", "[REDACTED_A_99999999999]", "Ann"];
    let back = back.iter().map(|placeholder| entry(placeholder, placeholder)).collect();
    vaults.with(id, 0, |state, room| state.restore(back, room)).unwrap();
    let claim = |value: &str| Claim {
        label: "A".into(),
        value: value.into(),
        stand_ins: Vec::new(),
        bracketed: false,
        verbatim: false,
        if_known: false,
    };
    let given =
        vaults.with(id, 0, |state, room| state.claim(vec![claim("x"), claim("Ann")], &BTreeSet::new(), room));
    let given = given.unwrap();
    let given: Vec<&str> = given.iter().flatten().map(SecretText::as_str).collect();
    assert_eq!((given[0], given[1]), ("[REDACTED_A_8]", "Ann"));
}

#[test]
fn numbers_of_texts_are_not_given_however_high_they_are() {
    let mut vaults = Vaults::new(VaultLimits::default());
    let claim = || Claim {
        label: "A".into(),
        value: "x".into(),
        stand_ins: Vec::new(),
        bracketed: false,
        verbatim: false,
        if_known: false,
    };
    let most = u64::from(u32::MAX);
    let given = |vaults: &mut Vaults, id, reserved: &[u64]| {
        let reserved = reserved.iter().copied().collect();
        vaults
            .with(id, 0, |state, room| {
                state.reserve(&reserved);
                let loaded = state.exported();
                state.start_over();
                state.load(loaded, room)?;
                state.claim(vec![claim()], &BTreeSet::new(), room)
            })
            .unwrap()[0]
            .as_ref()
            .unwrap()
            .as_str()
            .to_owned()
    };
    for (reserved, next) in [
        (vec![], 1),
        (vec![7, u64::MAX, most + 2], 8),
        (vec![most, most + 1, most + 3], most + 2),
        ((0..2 * 4_096).map(|n| most + 1 + n).collect(), most + 2 * 4_096 + 1),
    ] {
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        assert_eq!(given(&mut vaults, id, &reserved), format!("[REDACTED_A_{next}]"));
    }
}

/// What a vault must do, in the plainest terms.
#[derive(Clone, Debug)]
enum Step {
    Extend(Vec<(u8, u8)>),
    Remove(u8, u8),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pair = || (0_u8..4, 0_u8..3);
    let step = prop_oneof![
        4 => prop::collection::vec(pair(), 0..4).prop_map(Step::Extend),
        3 => pair().prop_map(|(p, v)| Step::Remove(p, v)),
        1 => Just(Step::Clear),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn behaves_as_a_list(steps in steps()) {
        let limits = VaultLimits { max_entries: 12, ..VaultLimits::default() };
        let mut vaults = Vaults::new(limits);
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        let mut list: Vec<(u8, u8)> = Vec::new();
        let named = |&(p, v): &(u8, u8)| entry(&format!("[{p}]"), &v.to_string());
        for step in steps {
            match step {
                Step::Extend(pairs) => {
                    let entries: Vec<_> = pairs.iter().map(named).collect();
                    let fits = list.len() + pairs.len() <= 12;
                    prop_assert_eq!(extend(&mut vaults, id, &entries).is_ok(), fits);
                    if fits {
                        list.extend(pairs);
                    }
                }
                Step::Remove(p, v) => {
                    let at = list.iter().position(|&pair| pair == (p, v));
                    let removed = vaults.with(id, 0, |state, _| state.remove(&named(&(p, v))));
                    prop_assert_eq!(removed.is_ok(), at.is_some());
                    at.map(|at| list.remove(at));
                }
                Step::Clear => {
                    vaults.with(id, 0, |state, _| { state.clear(); Ok(()) }).unwrap();
                    list.clear();
                }
            }
            let held = vaults.with(id, 0, |state, _| Ok(state.entries())).unwrap();
            prop_assert_eq!(&held, &list.iter().map(named).collect::<Vec<_>>());
            for p in 0..4 {
                let exists = vaults.with(id, 0, |state, _| Ok(state.placeholder_exists(&format!("[{p}]")))).unwrap();
                prop_assert_eq!(exists, list.iter().any(|pair| pair.0 == p));
            }
            prop_assert_eq!(vaults.bytes(), held.iter().map(VaultEntry::bytes).sum::<usize>());
        }
    }
}
