//! The package as a host gets it: packed, and unpacked where the tests find it by its name.

use std::fs;
use std::path::Path;

use crate::run::{Result, at, command, run, step, target};
use crate::tools;

/// Where the tarball stays, in the folder of build outputs.
pub const TARBALL: &str = "package/evenhand.tgz";

/// Packs `pkg` and installs the tarball for the tests.
pub fn install(pkg: &Path) -> Result {
    step("pack and install the package", || {
        let work = target().join("package");
        if work.exists() {
            at(&work, fs::remove_dir_all(&work))?;
        }
        at(&work, fs::create_dir_all(&work))?;
        run(command("npm", &["pack", "--silent", "--pack-destination"]).arg(&work).current_dir(pkg).stdout(std::process::Stdio::null()))?;
        let tarball = at(&work, fs::read_dir(&work))?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "tgz"));
        let tarball = tarball.ok_or("npm packed nothing")?;
        let place = tools::npm_project().join("node_modules/evenhand");
        if place.exists() {
            at(&place, fs::remove_dir_all(&place))?;
        }
        at(&place, fs::create_dir_all(&place))?;
        run(command("tar", &["-xzf"]).arg(&tarball).arg("-C").arg(&place).arg("--strip-components=1"))?;
        at(&tarball, fs::rename(&tarball, target().join(TARBALL)))
    })
}
