//! The order of functions in the module: alike ones near each other, so that gzip, which looks back 32 KB, sees them.
//!
//! A function is told by its shingles: the runs of six bytes in its body. One function follows the other: next comes the one that shares the
//! largest part of its shingles with what was put down last, as far back as gzip looks. Nothing of it depends on anything but the bodies.
//! With one shingle in four, which takes a quarter of the time, the module is 6 KB larger.

use std::collections::{HashMap, VecDeque};

const SHINGLE: usize = 6;
/// A shingle in more functions than these tells none from another.
const MOST_FUNCTIONS: usize = 1000;
/// Bytes that gzip still sees when it comes to the next function; its window is 32,768.
const WINDOW: usize = 30_000;
/// Added to the number of shingles, so that the smallest functions do not win by one.
const SMALL: usize = 16;

/// The functions with these bodies, in the order in which they are to lie.
pub fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let shingles = shingles(bodies);
    let mut holders: Vec<Vec<usize>> = Vec::new();
    for (function, own) in shingles.iter().enumerate() {
        for shingle in own {
            if holders.len() <= *shingle {
                holders.resize_with(*shingle + 1, Vec::new);
            }
            if let Some(holders) = holders.get_mut(*shingle) {
                holders.push(function);
            }
        }
    }
    let mut window = Window { seen: vec![0; holders.len()], shared: vec![0; bodies.len()], holders };
    let mut rest: Vec<usize> = (0..bodies.len()).collect();
    let mut recent: VecDeque<usize> = VecDeque::new();
    let mut length = 0;
    let mut out = Vec::new();
    let size = |function: usize| bodies.get(function).map_or(0, |body| body.len());
    let of = |function: usize| shingles.get(function).map_or(&[][..], |own| own.as_slice());
    while !rest.is_empty() {
        let mut best = 0;
        let mut most = (0, 1);
        for (place, function) in rest.iter().enumerate() {
            let shared = window.shared.get(*function).copied().unwrap_or(0);
            let all = of(*function).len() + SMALL;
            // shared / all, compared without division; the first of equals stays.
            if shared * most.1 > most.0 * all {
                (best, most) = (place, (shared, all));
            }
        }
        let function = rest.remove(best);
        out.push(function);
        recent.push_back(function);
        length += size(function);
        window.enter(of(function));
        while length > WINDOW && recent.len() > 1 {
            let Some(gone) = recent.pop_front() else { break };
            length -= size(gone);
            window.leave(of(gone));
        }
    }
    out
}

/// An order that follows from what functions are called, without the hashes that the compiler adds, and from their lengths.
pub fn canonical(names: &[String], length: impl Fn(usize) -> usize) -> Vec<usize> {
    let mut functions: Vec<(String, usize, usize)> =
        names.iter().enumerate().map(|(function, name)| (without_hashes(name), length(function), function)).collect();
    functions.sort();
    functions.into_iter().map(|(.., function)| function).collect()
}

/// `core[c5930c85a12de822]::fmt` and `of::h7f3775c740610b55` without their sixteen digits.
fn without_hashes(name: &str) -> String {
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = name.split("::").filter(|part| !part.strip_prefix('h').is_some_and(is_hash)).collect();
    let name = parts.join("::");
    name.split('[').map(|part| part.split_once(']').filter(|(hash, _)| is_hash(hash)).map_or(part, |(_, rest)| rest)).collect()
}

/// What gzip sees: how often each shingle is there, and how many of its own each function finds.
struct Window {
    seen: Vec<usize>,
    shared: Vec<usize>,
    /// The functions that have a shingle.
    holders: Vec<Vec<usize>>,
}

impl Window {
    fn enter(&mut self, shingles: &[usize]) {
        for shingle in shingles {
            let Some(seen) = self.seen.get_mut(*shingle) else { continue };
            *seen += 1;
            if *seen == 1 {
                self.each_holder(*shingle, |shared| *shared += 1);
            }
        }
    }

    fn leave(&mut self, shingles: &[usize]) {
        for shingle in shingles {
            let Some(seen) = self.seen.get_mut(*shingle) else { continue };
            *seen -= 1;
            if *seen == 0 {
                self.each_holder(*shingle, |shared| *shared -= 1);
            }
        }
    }

    fn each_holder(&mut self, shingle: usize, change: impl Fn(&mut usize)) {
        for function in self.holders.get(shingle).into_iter().flatten() {
            if let Some(shared) = self.shared.get_mut(*function) {
                change(shared);
            }
        }
    }
}

/// The shingles of each body, numbered, without those that only one body has, or too many.
fn shingles(bodies: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut sampled: Vec<Vec<u64>> = Vec::new();
    let mut count: HashMap<u64, usize> = HashMap::new();
    for body in bodies {
        let mut own: Vec<u64> = body.windows(SHINGLE).map(|run| run.iter().fold(0, |key, byte| key << 8 | u64::from(*byte))).collect();
        own.sort_unstable();
        own.dedup();
        for key in &own {
            *count.entry(*key).or_default() += 1;
        }
        sampled.push(own);
    }
    let mut numbers: HashMap<u64, usize> = HashMap::new();
    let mut number = |key: u64| {
        let next = numbers.len();
        *numbers.entry(key).or_insert(next)
    };
    let tells = |key: &u64| count.get(key).is_some_and(|count| (2..=MOST_FUNCTIONS).contains(count));
    sampled.into_iter().map(|own| own.into_iter().filter(tells).map(&mut number).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that repeat nothing (a linear congruential generator, Numerical Recipes).
    fn noise(seed: u32, length: usize) -> Vec<u8> {
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    }

    #[test]
    fn alike_functions_lie_side_by_side() {
        // Twelve families of four; the members of one lie far from each other, and each differs in its end.
        let members: Vec<Vec<u8>> = (0..48).map(|nth| [noise(nth % 12, 4000), noise(100 + nth, 400)].concat()).collect();
        let bodies: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
        let ordered = order(&bodies);
        let mut sorted = ordered.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..48).collect::<Vec<_>>());
        let neighbours = ordered.windows(2).filter(|pair| matches!(pair, [a, b] if a % 12 == b % 12)).count();
        assert_eq!(neighbours, 36, "{ordered:?}");
        assert_eq!(ordered, order(&bodies));
    }

    #[test]
    fn hashes_of_paths_do_not_count() {
        assert_eq!(
            without_hashes("<core[c5930c85a12de822]::fmt::Error as a::B>::fmt::h7f3775c740610b55"),
            "<core::fmt::Error as a::B>::fmt"
        );
        assert_eq!(without_hashes("b::of::html::hash"), "b::of::html::hash");
        let one = ["b::h0000000000000001", "a::h0000000000000002", "a::h0000000000000003"].map(String::from);
        let two = ["a::h0000000000000009", "a::h0000000000000001", "b::h0000000000000005"].map(String::from);
        assert_eq!(canonical(&one, |function| function), [1, 2, 0]);
        assert_eq!(canonical(&two, |function| 9 - function), [1, 0, 2]);
    }

    #[test]
    fn what_is_like_nothing_stays_in_place() {
        let members: Vec<Vec<u8>> = (0..6).map(|nth| noise(nth, 500)).collect();
        let bodies: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
        assert_eq!(order(&bodies), [0, 1, 2, 3, 4, 5]);
        assert!(order(&[]).is_empty());
        assert_eq!(order(&[b"", b"x"]), [0, 1]);
    }
}
