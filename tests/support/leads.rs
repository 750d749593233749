//! Made-up leads of 16 fields, the same for the same seed: what the benchmarks load.

use std::fmt::Write as _;

/// Names and types of the fields, the id first.
pub const FIELDS: [(&str, &str); 16] = [
    ("id", "text"),
    ("firstName", "text"),
    ("lastName", "text"),
    ("email", "text"),
    ("phone", "text"),
    ("status", "choice"),
    ("source", "choice"),
    ("state", "choice"),
    ("owner", "user"),
    ("company", "text"),
    ("score", "number"),
    ("value", "number"),
    ("created", "datetime"),
    ("lastContact", "datetime"),
    ("tags", "tags"),
    ("fileType", "choice"),
];

const FIRST: [&str; 24] = [
    "Ada",
    "Alan",
    "Barbara",
    "Carl",
    "Dorothy",
    "Edsger",
    "Emmy",
    "Frances",
    "Grace",
    "Hedy",
    "Ida",
    "John",
    "Katherine",
    "Leonhard",
    "Mary",
    "Niklaus",
    "Olga",
    "Pierre",
    "Radia",
    "Sofia",
    "Tim",
    "Ursula",
    "Yukihiro",
    "Zoë",
];
const LAST: [&str; 24] = [
    "Allen",
    "Backus",
    "Church",
    "Dijkstra",
    "Euler",
    "Franklin",
    "Goldberg",
    "Hopper",
    "Iverson",
    "Johnson",
    "Kowalevskaja",
    "Lovelace",
    "McCarthy",
    "Noether",
    "Ostrom",
    "Perlman",
    "Quine",
    "Ritchie",
    "Shannon",
    "Turing",
    "Ulam",
    "Vaughan",
    "Wirth",
    "Émilie",
];
const STATUS: [&str; 8] = ["new", "contacted", "qualified", "nurturing", "proposal", "won", "lost", "junk"];
const SOURCE: [&str; 12] =
    ["web", "referral", "phone", "email", "event", "partner", "ads", "social", "chat", "import", "walk-in", "marketplace"];
const FILE: [&str; 3] = ["purchase", "refinance", "equity"];

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    /// The next number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * u128::from(n)) >> 64) as u64
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// A cell as it is written.
pub enum Made {
    /// Nothing.
    Null,
    /// A text without quotes or backslashes.
    Text(String),
    /// A number.
    Number(f64),
    /// Tags.
    List(Vec<String>),
}

fn moment(random: &mut Random) -> Made {
    let (day, ms) = (random.below(28) + 1, random.below(86_400_000));
    let (year, month) = (2022 + random.below(4), random.below(12) + 1);
    let (hour, minute, second, milli) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    Made::Text(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

/// The lead with that number.
pub fn lead(random: &mut Random, number: usize) -> [Made; 16] {
    let text = |text: String| Made::Text(text);
    let (first, last) = (random.of(&FIRST), format!("{}{}", random.of(&LAST), ["", "-Smith", "son", "er"][random.below(4) as usize]));
    let email = format!("{}.{}{}@example{}.com", first.to_lowercase(), last.to_lowercase(), number, random.below(50));
    [
        text(format!("lead-{number:07}")),
        text(first.into()),
        text(last),
        text(email),
        text(format!("+1-555-{:03}-{:04}", random.below(1000), random.below(10_000))),
        text(random.of(&STATUS).into()),
        text(random.of(&SOURCE).into()),
        text(format!("S{:02}", random.below(50))),
        if random.below(5) == 0 { Made::Null } else { text(format!("user-{:03}", random.below(200))) },
        text(format!("Company {} Inc", random.below(500))),
        Made::Number(random.below(101) as f64),
        Made::Number(random.below(1_000_000) as f64 + random.below(100) as f64 / 100.0),
        moment(random),
        if random.below(3) == 0 { Made::Null } else { moment(random) },
        Made::List((0..random.below(5)).map(|_| format!("tag{}", random.below(30))).collect()),
        text(random.of(&FILE).into()),
    ]
}

/// A JSON array of leads.
pub fn json(rows: usize, seed: u64) -> String {
    let mut random = Random(seed);
    let mut out = String::from("[");
    for number in 0..rows {
        out.push_str(if number > 0 { ",{" } else { "{" });
        for (nth, ((name, _), cell)) in FIELDS.iter().zip(lead(&mut random, number)).enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            let _ = match cell {
                Made::Null => write!(out, "{comma}\"{name}\":null"),
                Made::Text(text) => write!(out, "{comma}\"{name}\":\"{text}\""),
                Made::Number(number) => write!(out, "{comma}\"{name}\":{number}"),
                Made::List(items) => {
                    let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
                    write!(out, "{comma}\"{name}\":[{}]", items.join(","))
                }
            };
        }
        out.push('}');
    }
    out.push(']');
    out
}

/// The same leads as CSV.
pub fn csv(rows: usize, seed: u64) -> String {
    let mut random = Random(seed);
    let mut out = FIELDS.map(|(name, _)| name).join(",");
    for number in 0..rows {
        out.push('\n');
        for (nth, cell) in lead(&mut random, number).into_iter().enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            let _ = match cell {
                Made::Null => write!(out, "{comma}"),
                Made::Text(text) => write!(out, "{comma}{text}"),
                Made::Number(number) => write!(out, "{comma}{number}"),
                Made::List(items) => write!(out, "{comma}\"{}\"", items.join(",")),
            };
        }
    }
    out.push('\n');
    out
}
