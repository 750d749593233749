//! The package's own time zone table, made from a pinned release of the IANA database.
//!
//! The database comes compiled (TZif, RFC 9636) in the package `tzdata` of PyPI, whose version and hash `zones/tzdata.txt` pins.
//! What is kept: offsets from 1970 on, and for zones that still change their clocks the rule by which they do. The result,
//! `pkg-template/src/zones-data.ts`, is committed; building the package downloads nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::run::{Result, at, command, read, root, run, step, target};

mod compact;
mod tzif;

const PINNED: &str = "xtask/src/zones/tzdata.txt";
const RESULT: &str = "pkg-template/src/zones-data.ts";

/// Unpacks the wheel and prints the date on which it was made: that of its entries.
const UNPACK: &str = "\
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2])
print('%04d-%02d-%02d' % max(entry.date_time for entry in wheel.infolist())[:3])
";

/// Makes the table.
pub fn zones() -> Result {
    let work = target().join("zones");
    if work.exists() {
        at(&work, fs::remove_dir_all(&work))?;
    }
    at(&work, fs::create_dir_all(&work))?;
    step("download tzdata", || {
        let pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", PINNED, "-d"];
        run(command("python3", &pip).arg(&work))
    })?;
    let released = step("unpack", || {
        let mut files = at(&work, fs::read_dir(&work))?.flatten().map(|entry| entry.path());
        let wheel = files.find(|path| path.extension().is_some_and(|end| end == "whl")).ok_or("pip downloaded no wheel")?;
        let printed = read(command("python3", &["-c", UNPACK]).arg(wheel).arg(&work))?;
        Ok(printed.trim().to_owned())
    })?;
    step("write the table", || {
        let folder = work.join("tzdata");
        let version = version(&folder)?;
        let all = all(&folder)?;
        let data = compact::lines(&all)?;
        let names: usize = all.values().map(Vec::len).sum();
        println!("    tzdata {version} of {released}: {names} names, {} tables, {} bytes", all.len(), data.len());
        let text = format!(
            "// Made by `cargo xtask zones`; do not edit. How a line is read: `zones-table.ts`.\n\
             // The data is in the public domain.\n\n\
             /** The release of the IANA time zone database. */\n\
             export const version = \"{version}\";\n\
             /** The day on which it was published as a package. */\n\
             export const released = \"{released}\";\n\
             /** One line for each table: names, rule, offsets, times between changes, offsets that follow. */\n\
             export const data = `{data}`;\n"
        );
        let path = root().join(RESULT);
        at(&path, fs::write(&path, text))
    })
}

/// The IANA release, which the package names beside its own version.
fn version(folder: &Path) -> Result<String> {
    let path = folder.join("__init__.py");
    let text = at(&path, fs::read_to_string(&path))?;
    let version = text.lines().find_map(|line| line.strip_prefix("IANA_VERSION = \"")?.strip_suffix('"'));
    version.map(str::to_owned).ok_or_else(|| format!("{}: it names no IANA version", path.display()))
}

/// Every zone with an area, by what its clocks do. Short names (`EST`, `CET`) mean different places to different people.
fn all(folder: &Path) -> Result<BTreeMap<tzif::Zone, Vec<String>>> {
    let list = folder.join("zones");
    let names = at(&list, fs::read_to_string(&list))?;
    let mut out: BTreeMap<tzif::Zone, Vec<String>> = BTreeMap::new();
    for name in names.lines().filter(|name| name.contains('/')) {
        let path = folder.join("zoneinfo").join(name);
        let bytes = at(&path, fs::read(&path))?;
        let zone = tzif::read(&bytes).map_err(|what| format!("{name}: {what}"))?;
        out.entry(zone).or_default().push(name.to_owned());
    }
    Ok(out)
}
