//! Made-up leads of 16 fields, the same for the same seed: what the benchmarks load.

#[path = "../support/dice.rs"]
#[allow(dead_code, reason = "only some of it is needed here")]
pub mod dice;

use std::fmt::Write as _;

pub use dice::Dice;

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

fn moment(random: &mut Dice) -> Made {
    let (day, ms) = (random.roll(28) + 1, random.roll(86_400_000));
    let (year, month) = (2022 + random.roll(4), random.roll(12) + 1);
    let (hour, minute, second, milli) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    Made::Text(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

/// The lead with that number.
pub fn lead(random: &mut Dice, number: usize) -> [Made; 16] {
    let text = |text: String| Made::Text(text);
    let (first, last) = (random.of(&FIRST), format!("{}{}", random.of(&LAST), ["", "-Smith", "son", "er"][random.roll(4) as usize]));
    let email = format!("{}.{}{}@example{}.com", first.to_lowercase(), last.to_lowercase(), number, random.roll(50));
    [
        text(format!("lead-{number:07}")),
        text(first.into()),
        text(last),
        text(email),
        text(format!("+1-555-{:03}-{:04}", random.roll(1000), random.roll(10_000))),
        text(random.of(&STATUS).into()),
        text(random.of(&SOURCE).into()),
        text(format!("S{:02}", random.roll(50))),
        if random.roll(5) == 0 { Made::Null } else { text(format!("user-{:03}", random.roll(200))) },
        text(format!("Company {} Inc", random.roll(500))),
        Made::Number(random.roll(101) as f64),
        Made::Number(random.roll(1_000_000) as f64 + random.roll(100) as f64 / 100.0),
        moment(random),
        if random.roll(3) == 0 { Made::Null } else { moment(random) },
        Made::List((0..random.roll(5)).map(|_| format!("tag{}", random.roll(30))).collect()),
        text(random.of(&FILE).into()),
    ]
}

/// A JSON array of leads.
pub fn json(rows: usize, seed: u64) -> String {
    let mut random = Dice(seed);
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
    let mut random = Dice(seed);
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
