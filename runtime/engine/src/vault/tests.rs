use proptest::prelude::*;

use super::*;

const LIMITS: VaultLimits =
    VaultLimits { max_vaults: 3, max_entries: 4, max_bytes: 4 * 400, max_total_bytes: 5 * 400 };

fn entry(placeholder: &str, value: &str) -> VaultEntry {
    VaultEntry::new(placeholder, value)
}

fn extend(vaults: &mut Vaults, id: VaultId, entries: &[VaultEntry]) -> Result<(), VaultError> {
    vaults.with(id, |state, room| state.extend(entries.to_vec(), room))
}

#[test]
fn keeps_order_and_repetitions_and_removes_the_first_equal_pair() {
    let mut vaults = Vaults::new(LIMITS);
    let id = vaults.create().unwrap();
    let (a, b, c) = (entry("[A]", "1"), entry("[B]", "2"), entry("[A]", "3"));
    extend(&mut vaults, id, &[a.clone(), b.clone(), c.clone(), a.clone()]).unwrap();
    vaults.with(id, |state, _| state.remove(&a)).unwrap();
    let left = vaults.with(id, |state, _| Ok(state.entries())).unwrap();
    assert_eq!(left, [b, c, a.clone()]);
    assert_eq!(vaults.with(id, |state, _| state.remove(&entry("[A]", "2"))), Err(VaultError::NotFound));
    assert_eq!(vaults.with(id, |state, _| state.remove(&entry("[Z]", "1"))), Err(VaultError::NotFound));
}

#[test]
fn vaults_do_not_see_each_other() {
    let mut vaults = Vaults::new(LIMITS);
    let (one, two) = (vaults.create().unwrap(), vaults.create().unwrap());
    extend(&mut vaults, one, &[entry("[A]", "1")]).unwrap();
    assert!(vaults.with(two, |state, _| Ok(state.is_empty() && !state.placeholder_exists("[A]"))).unwrap());
    vaults.release(two);
    assert!(vaults.with(one, |state, _| Ok(state.placeholder_exists("[A]"))).unwrap());
    assert_eq!(vaults.with(two, |_, _| Ok(())), Err(VaultError::Lost));
}

#[test]
fn every_limit_holds_and_a_refusal_changes_nothing() {
    let mut vaults = Vaults::new(LIMITS);
    let id = vaults.create().unwrap();
    let full = |what, limit| Err(VaultError::Full { what, limit });
    let five = vec![entry("[A]", "1"); 5];
    assert_eq!(extend(&mut vaults, id, &five), full("entries", 4));
    let wide = [entry("[A]", &"x".repeat(2_000))];
    assert_eq!(extend(&mut vaults, id, &wide), full("bytes", 1_600));
    assert_eq!((vaults.bytes(), vaults.with(id, |state, _| Ok(state.len())).unwrap()), (0, 0));

    extend(&mut vaults, id, &[entry("[A]", &"x".repeat(1_200))]).unwrap();
    let other = vaults.create().unwrap();
    let second = [entry("[A]", &"x".repeat(1_200))];
    assert_eq!(extend(&mut vaults, other, &second), full("bytes in all vaults", 2_000));
    vaults.release(id);
    extend(&mut vaults, other, &second).unwrap();

    vaults.create().unwrap();
    vaults.create().unwrap();
    assert_eq!(vaults.create().map(|_| ()), full("vaults", 3));
}

#[test]
fn nothing_of_an_entry_is_shown() {
    let mut vaults = Vaults::new(LIMITS);
    let id = vaults.create().unwrap();
    extend(&mut vaults, id, &[entry("[PLACEHOLDER]", "hunter2")]).unwrap();
    let shown =
        format!("{vaults:?} {:?}", vaults.with(id, |state, _| state.remove(&entry("[A]", "hunter2"))));
    assert!(!shown.contains("hunter2") && !shown.contains("PLACEHOLDER"), "{shown}");
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
        let id = vaults.create().unwrap();
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
                    let removed = vaults.with(id, |state, _| state.remove(&named(&(p, v))));
                    prop_assert_eq!(removed.is_ok(), at.is_some());
                    at.map(|at| list.remove(at));
                }
                Step::Clear => {
                    vaults.with(id, |state, _| { state.clear(); Ok(()) }).unwrap();
                    list.clear();
                }
            }
            let held = vaults.with(id, |state, _| Ok(state.entries())).unwrap();
            prop_assert_eq!(&held, &list.iter().map(named).collect::<Vec<_>>());
            for p in 0..4 {
                let exists = vaults.with(id, |state, _| Ok(state.placeholder_exists(&format!("[{p}]")))).unwrap();
                prop_assert_eq!(exists, list.iter().any(|pair| pair.0 == p));
            }
            prop_assert_eq!(vaults.bytes(), held.iter().map(VaultEntry::bytes).sum::<usize>());
        }
    }
}
