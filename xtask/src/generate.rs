//! `cargo xtask gen`: files that are committed and made from others.
//!
//! The server describes its own API; the UI's typed client is made from that description.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;
use crate::{process, ui};

/// The API's description, relative to the root.
const OPENAPI: &str = "docs/openapi.json";
/// The UI's types, made from it by `npm run gen`.
const SCHEMA: &str = "ui/src/shared/api/schema.gen.ts";

/// Builds the server that [`generate`] asks.
pub(crate) fn build_server(workspace: &Workspace) -> Result<()> {
    process::run(process::cargo(&workspace.root).args(["build", "--package", "switchyard-server", "--bins"]))
}

/// Writes the generated files; with `check`, puts them back as they were and fails if one differed.
pub(crate) fn generate(workspace: &Workspace, check: bool) -> Result<()> {
    ui::install(workspace)?;
    let files = [OPENAPI, SCHEMA].map(|path| Committed::read(&workspace.root.join(path)));
    let made = make(workspace);
    let changed: Vec<&Committed> = files.iter().filter(|file| file.has_changed()).collect();
    if check {
        for file in &changed {
            file.put_back()?;
        }
    }
    made?;
    let names = changed.iter().map(|file| file.path.display().to_string()).collect::<Vec<_>>().join(" and ");
    match (changed.is_empty(), check) {
        (true, _) => println!("the generated files are up to date"),
        (false, false) => println!("written: {names}"),
        (false, true) => {
            return Err(Failure::new(format!(
                "out of date: {names}. Run `cargo xtask gen` and commit what it writes."
            )));
        }
    }
    Ok(())
}

fn make(workspace: &Workspace) -> Result<()> {
    let server = workspace.target.join("debug/switchyard-server");
    let document = process::output(process::program(&server, &workspace.root).arg("openapi"))?;
    let path = workspace.root.join(OPENAPI);
    fs::write(&path, document).map_err(Failure::at("write", &path))?;
    process::run(&mut ui::npm(workspace, &["run", "--silent", "gen"]))
}

/// A generated file as it was before it was generated anew.
struct Committed {
    path: PathBuf,
    before: Option<Vec<u8>>,
}

impl Committed {
    fn read(path: &Path) -> Self {
        Self { path: path.to_path_buf(), before: fs::read(path).ok() }
    }

    fn has_changed(&self) -> bool {
        fs::read(&self.path).ok() != self.before
    }

    fn put_back(&self) -> Result<()> {
        match &self.before {
            Some(before) => fs::write(&self.path, before),
            None => fs::remove_file(&self.path),
        }
        .map_err(Failure::at("put back", &self.path))
    }
}
