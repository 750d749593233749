//! The package of another commit, built in a worktree of its own and kept by commit.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Result, at, cargo, command, read, root, run, step, target};
use crate::tools;

/// Where a commit may have the npm project that building needs.
const NPM_PROJECTS: [&str; 2] = ["tests/package", "tests/js/package"];

/// The package of a commit, built by that commit's own build tool if it is not there yet; gives back its folder.
pub fn package(commit: &str) -> Result<PathBuf> {
    let name = format!("{commit}^{{commit}}");
    let full = read(&mut command("git", &["rev-parse", "--verify", "--quiet", &name])).map_err(|_| format!("`{commit}` is no commit"))?;
    let home = target().join("against");
    let pkg = home.join(full.trim());
    if pkg.join("evenhand.wasm").is_file() {
        println!("==> the package of {commit} is there: {}", pkg.display());
        return Ok(pkg);
    }
    at(&home, fs::create_dir_all(&home))?;
    let tree = home.join("tree");
    step(&format!("build {commit}"), || {
        // What an interrupted run left.
        remove(&tree)?;
        run(command("git", &["worktree", "add", "--quiet", "--force", "--detach"]).arg(&tree).arg(full.trim()))?;
        let built = built(&tree, &home.join("target"));
        let kept = built.and_then(|from| {
            let half = home.join("half");
            if half.exists() {
                at(&half, fs::remove_dir_all(&half))?;
            }
            // Into place in one move, so that what lies there is whole.
            at(&from, fs::rename(&from, &half))?;
            at(&half, fs::rename(&half, &pkg))
        });
        remove(&tree)?;
        kept
    })?;
    Ok(pkg)
}

/// Builds the package in a worktree.
fn built(tree: &Path, target: &Path) -> Result<PathBuf> {
    for project in NPM_PROJECTS {
        share_npm_packages(&tree.join(project))?;
    }
    run(cargo(&["xtask", "build"]).current_dir(tree).env("CARGO_TARGET_DIR", target).env_remove("EVENHAND_QUICK"))?;
    Ok(tree.join("pkg"))
}

/// Lends a worktree the npm packages that are installed here, if its lockfile is the same. Otherwise it installs its own.
fn share_npm_packages(project: &Path) -> Result {
    tools::npm()?;
    let here = tools::npm_project();
    let lockfile = |folder: &Path| fs::read(folder.join("package-lock.json")).ok();
    let lent = project.join("node_modules");
    if lockfile(project).is_none_or(|theirs| lockfile(&here) != Some(theirs)) || lent.exists() {
        return Ok(());
    }
    #[cfg(unix)]
    at(&lent, std::os::unix::fs::symlink(here.join("node_modules"), &lent))?;
    Ok(())
}

/// Takes a worktree away, if it is there.
fn remove(tree: &Path) -> Result {
    if tree.exists() {
        let lent = NPM_PROJECTS.map(|project| tree.join(project).join("node_modules"));
        for link in lent.iter().filter(|link| link.is_symlink()) {
            at(link, fs::remove_file(link))?;
        }
        // A folder that git does not know as a worktree is removed as a folder.
        if run(command("git", &["worktree", "remove", "--force"]).arg(tree)).is_err() {
            at(tree, fs::remove_dir_all(tree))?;
        }
    }
    run(command("git", &["worktree", "prune"]).current_dir(root()))
}
