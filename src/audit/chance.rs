//! Chances of independent draws that need not be alike.
//!
//! Only sums, products and quotients are used, which every machine rounds alike: no logarithm, no root, no library's power.

/// A chance, and whether it is exact (to rounding) or a bound from above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chance {
    pub value: f64,
    pub exact: bool,
}

impl Chance {
    pub const SURE: Chance = Chance { value: 1.0, exact: true };

    /// What is smaller than rounding allows to tell is not told.
    fn of(value: f64, exact: bool) -> Chance {
        let least = 1e-15;
        Chance { value: value.clamp(least, 1.0), exact: exact && value >= least }
    }

    /// The chance of the best of several tries, by the inequality of Boole (Bonferroni's first).
    pub fn of_any(self, tries: usize) -> Chance {
        Chance::of(self.value * as_f64(tries), self.exact && tries == 1)
    }
}

/// Most steps of an exact tail; beyond them it is bounded.
const STEPS: usize = 10_000_000;

/// The numbers here are counts of draws, far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of draws are below 2⁵³")]
pub(super) fn as_f64(count: usize) -> f64 {
    count as f64
}

/// What is left of each chance to 1.
pub(super) fn complement(chances: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(chances.len());
    for chance in chances {
        out.push(1.0 - chance);
    }
    out
}

/// The chance that at least `hits` of the draws hit: the tail of the Poisson binomial distribution.
///
/// Exact by adding draw after draw (the recursion of R. E. Barlow and K. D. Heidtmann, "Computing k-out-of-n system reliability", IEEE
/// Transactions on Reliability 33, 1984), on the side with fewer states. Where that takes too long it is at most
/// (S/x)ˣ ((n−S)/(n−x))ⁿ⁻ˣ, S being the sum of the chances (W. Hoeffding, "Probability inequalities for sums of bounded random variables",
/// Journal of the American Statistical Association 58, 1963, theorem 1).
pub(super) fn at_least(chances: &[f64], hits: usize) -> Chance {
    let misses = chances.len().saturating_sub(hits);
    if hits == 0 {
        return Chance::SURE;
    }
    if chances.len().saturating_mul(hits.min(misses + 1)) > STEPS {
        return bound(chances, hits);
    }
    let value = if hits <= misses { hit_often(chances, hits) } else { hit_seldom(&complement(chances), misses) };
    Chance::of(value, true)
}

/// The chance that at most `hits` of the draws hit.
pub(super) fn at_most(chances: &[f64], hits: usize) -> Chance {
    at_least(&complement(chances), chances.len().saturating_sub(hits))
}

/// At least so many, with one state for all that have them.
fn hit_often(chances: &[f64], hits: usize) -> f64 {
    let mut states = vec![0.0; hits];
    states.first_mut().into_iter().for_each(|none| *none = 1.0);
    let mut done = 0.0;
    for chance in chances {
        let mut carried = 0.0;
        for state in &mut states {
            let moves = *state * chance;
            *state = *state * (1.0 - chance) + carried;
            carried = moves;
        }
        done += carried;
    }
    done
}

/// At most so many; what has more is out.
fn hit_seldom(chances: &[f64], hits: usize) -> f64 {
    let mut states = vec![0.0; hits + 1];
    states.first_mut().into_iter().for_each(|none| *none = 1.0);
    for chance in chances {
        let mut carried = 0.0;
        for state in &mut states {
            let moves = *state * chance;
            *state = *state * (1.0 - chance) + carried;
            carried = moves;
        }
    }
    states.iter().sum()
}

fn bound(chances: &[f64], hits: usize) -> Chance {
    let (all, sum, hit) = (as_f64(chances.len()), chances.iter().sum::<f64>(), as_f64(hits));
    if hit <= sum {
        return Chance { value: 1.0, exact: false };
    }
    let mut value = Wide::of(sum / hit).power(hits);
    let misses = chances.len().saturating_sub(hits);
    if misses > 0 {
        value = value.times(Wide::of((all - sum) / as_f64(misses)).power(misses));
    }
    Chance::of(value.narrow(), false)
}

/// The chance that at least `length` draws in a row hit somewhere.
///
/// The first such run ends at draw t if its draws hit, the one before them does not, and no run had ended before that one (W. Feller, An
/// Introduction to Probability Theory and Its Applications I, 1968, XIII.7; for draws that differ J. C. Fu and M. V. Koutras, Journal of the
/// American Statistical Association 89, 1994). No chance may be 0.
pub(super) fn run_of(chances: &[f64], length: usize) -> Chance {
    if length == 0 {
        return Chance::SURE;
    }
    // By number of draws: the chance that a run has ended.
    let mut ended = vec![0.0; chances.len() + 1];
    let mut window = Wide::of(1.0);
    let mut sum = 0.0;
    for (at, chance) in chances.iter().enumerate() {
        window = window.times(Wide::of(*chance));
        let before = at.checked_sub(length).and_then(|before| Some((before, *chances.get(before)?)));
        if let Some((before, left)) = before {
            window = window.over(left);
            sum += (1.0 - ended.get(before).copied().unwrap_or(0.0)) * (1.0 - left) * window.narrow();
        } else if at + 1 == length {
            sum = window.narrow();
        }
        ended.get_mut(at + 1).into_iter().for_each(|place| *place = sum);
    }
    Chance::of(sum, true)
}

/// For each number of draws from 1 on: the chance of at least so many hits as there were up to there.
pub(super) fn each_tail(chances: &[f64], hit: &[bool]) -> Vec<f64> {
    let (mut states, mut hits, mut out) = (vec![1.0], 0, Vec::new());
    for (chance, was) in chances.iter().zip(hit) {
        let mut carried = 0.0;
        for state in &mut states {
            let moves = *state * chance;
            *state = *state * (1.0 - chance) + carried;
            carried = moves;
        }
        states.push(carried);
        hits += usize::from(*was);
        out.push(states.iter().skip(hits).sum());
    }
    out
}

/// A positive number whose exponent does not end: mantissa × 2^(256 × shifts).
#[derive(Clone, Copy)]
struct Wide {
    mantissa: f64,
    shifts: i64,
}

/// 2²⁵⁶.
const SHIFT: f64 = 1.157_920_892_373_162e77;

impl Wide {
    fn of(number: f64) -> Wide {
        Wide { mantissa: number, shifts: 0 }.even()
    }

    fn even(mut self) -> Wide {
        if self.mantissa >= SHIFT {
            self.mantissa /= SHIFT;
            self.shifts += 1;
        } else if self.mantissa * SHIFT < 1.0 && self.mantissa > 0.0 {
            self.mantissa *= SHIFT;
            self.shifts -= 1;
        }
        self
    }

    fn times(self, other: Wide) -> Wide {
        Wide { mantissa: self.mantissa * other.mantissa, shifts: self.shifts + other.shifts }.even()
    }

    fn over(self, number: f64) -> Wide {
        Wide { mantissa: self.mantissa / number, ..self }.even()
    }

    /// By repeated squaring.
    fn power(self, mut exponent: usize) -> Wide {
        let (mut out, mut square) = (Wide::of(1.0), self);
        while exponent > 0 {
            if exponent & 1 == 1 {
                out = out.times(square);
            }
            square = square.times(square);
            exponent >>= 1;
        }
        out
    }

    /// As a float: what is too small is 0, what is too large 1, which no chance exceeds.
    fn narrow(self) -> f64 {
        match self.shifts {
            0 => self.mantissa,
            -1 => self.mantissa / SHIFT,
            1.. => 1.0,
            _ => 0.0,
        }
    }
}
