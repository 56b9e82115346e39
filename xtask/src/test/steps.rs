//! The steps of the tests, cheap ones first.
//!
//! All cargo calls choose the whole workspace with the same features, so that it is compiled once for clippy and
//! once for the tests.

use std::process::Command;

use super::report::Report;
use super::tally::{self, Tally};
use super::{Part, agents};
use crate::debian::Need;
use crate::desktop::{self, Installed};
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;
use crate::{debian, generate, process, tidy, tools, ui};

/// The store's second engine is left out of the desktop build; its suite runs on both.
const WHOLE_WORKSPACE: [&str; 7] = [
    "--workspace",
    "--exclude",
    DESKTOP,
    "--exclude",
    DESKTOP_TESTS,
    "--features",
    "switchyard-store/postgres",
];
/// Wants GTK and WebKit: built and tested in steps of its own.
const DESKTOP: &str = "switchyard-desktop";
const DESKTOP_TESTS: &str = "switchyard-desktop-tests";
const STORE: &str = "switchyard-store";
const INTEGRATION: &str = "switchyard-integration";

/// Every check and every test.
pub(super) fn everything(workspace: &Workspace, report: &mut Report) {
    let ready = report.step("tools", || tools::check_for_test(workspace).map(|()| Tally::default()))
        & report.step("system packages", || {
            let needs = [Need::Postgresql, Need::Browser, Need::Keychain, Need::WrongClock];
            debian::provide(&needs).map(|()| Tally::default())
        });
    if !ready {
        return;
    }
    report.step("tidy", || tidy::check(workspace).map(|()| Tally::HELD));
    report.step("formatting", || held(process::cargo(&workspace.root).args(["fmt", "--all", "--check"])));
    if !user_interface(workspace, report) {
        return;
    }
    report.step("clippy", || {
        let mut clippy = process::cargo(&workspace.root);
        clippy.arg("clippy").args(WHOLE_WORKSPACE).args(["--all-targets", "--", "-D", "warnings"]);
        held(&mut clippy)
    });
    if !report.step("build", || build(workspace)) {
        return;
    }
    report.step("generated files", || generate::generate(workspace, true).map(|()| Tally::HELD));
    report.step("cargo test", || cargo_test(workspace, &["--no-fail-fast"], &[]));
    report.step("browser", || browser(workspace));
    report.step("browsers of a hosted server", || hosted_browsers(workspace));
    desktop_steps(workspace, report);
}

/// The desktop app by itself.
pub(super) fn desktop_alone(workspace: &Workspace, report: &mut Report) {
    let ready = report.step("tools", || tools::check_for_test(workspace).map(|()| Tally::default()))
        && report.step("UI build", || {
            ui::install(workspace)?;
            ui::build(workspace).map(|()| Tally::default())
        });
    if ready {
        desktop_steps(workspace, report);
    }
}

/// Last of all: what the window shows has been tested before, and a machine without its libraries is told the rest.
fn desktop_steps(workspace: &Workspace, report: &mut Report) {
    let packages = || debian::provide_for_desktop(true).map(|()| Tally::default());
    if !report.step("desktop packages", packages) {
        return;
    }
    report.step("desktop clippy", || {
        let mut clippy = process::cargo(&workspace.root);
        let packages = ["--package", DESKTOP, "--package", DESKTOP_TESTS];
        held(clippy.arg("clippy").args(packages).args(["--all-targets", "--", "-D", "warnings"]))
    });
    let mut installed = None;
    report.step("desktop bundle", || {
        let deb = desktop::debug_deb(workspace)?;
        installed = Some(Installed::from_deb(workspace, &deb)?);
        Ok(Tally::HELD)
    });
    let Some(installed) = installed else { return };
    report.step("desktop unit tests", || {
        let mut cargo = process::cargo(&workspace.root);
        count(cargo.args(["test", "--package", DESKTOP]), tally::of_libtest)
    });
    let agent = report.step("desktop tests' agent", || {
        // As the other tests build it, so that it is there already after them.
        let mut cargo = process::cargo(&workspace.root);
        cargo.arg("build").args(WHOLE_WORKSPACE).args(["--bin", "switchyard-scripted-agent"]);
        process::run(&mut cargo).map(|()| Tally::default())
    });
    if agent {
        report.step("desktop", || desktop_tests(workspace, &installed));
    }
}

/// On a display and a message bus of their own: a person may be sitting at this machine's.
fn desktop_tests(workspace: &Workspace, installed: &Installed) -> Result<Tally> {
    let mut tests = process::program("xvfb-run", &workspace.root);
    tests.args([
        "--auto-servernum",
        "--server-args=-screen 0 1600x1000x24",
        "dbus-run-session",
        "--",
        "cargo",
    ]);
    tests.args(["test", "--package", DESKTOP_TESTS, "--no-fail-fast", "--", "--test-threads=1"]);
    count(tests.env("SWITCHYARD_DESKTOP", &installed.program), tally::of_libtest)
}

/// One part of what `cargo test` runs.
pub(super) fn cargo_alone(workspace: &Workspace, part: Part, report: &mut Report) {
    let ready = report.step("tools", || tools::check_for_run(workspace).map(|()| Tally::default()))
        && report.step("system packages", || {
            let needs: &[Need] = match part {
                Part::Unit | Part::Store => &[Need::Postgresql],
                Part::Api => &[Need::Keychain, Need::WrongClock],
                _ => &[],
            };
            debian::provide(needs).map(|()| Tally::default())
        })
        && report.step("build", || ui_and_programs(workspace));
    if !ready {
        return;
    }
    let (targets, filter): (Vec<&str>, &[&str]) = match part {
        Part::Store => (workspace.tests_of(|name| name == STORE), &[]),
        Part::Api => (workspace.tests_of(|name| name == INTEGRATION), &["--skip", "faults::"]),
        Part::Faults => (workspace.tests_of(|name| name == INTEGRATION), &["faults::"]),
        Part::Unit | Part::Ui | Part::Browser | Part::Desktop | Part::Agents => {
            (workspace.tests_of(|name| ![STORE, INTEGRATION, DESKTOP, DESKTOP_TESTS].contains(&name)), &[])
        }
    };
    let mut selection = vec!["--no-fail-fast"];
    if part == Part::Unit {
        selection.extend(["--lib", "--bins"]);
    }
    selection.extend(targets.iter().flat_map(|target| ["--test", target]));
    report.step("cargo test", || cargo_test(workspace, &selection, filter));
}

/// The user interface by itself.
pub(super) fn ui_alone(workspace: &Workspace, report: &mut Report) {
    if report.step("tools", || tools::check_for_run(workspace).map(|()| Tally::default())) {
        user_interface(workspace, report);
    }
}

/// The browser tests by themselves, on the programs as they are now.
pub(super) fn browser_alone(workspace: &Workspace, report: &mut Report) {
    let ready = report.step("tools", || tools::check_for_run(workspace).map(|()| Tally::default()))
        && report.step("system packages", || {
            debian::provide(&[Need::Browser, Need::Postgresql]).map(|()| Tally::default())
        })
        && report.step("build", || ui_and_programs(workspace));
    if ready {
        report.step("browser", || browser(workspace));
        report.step("browsers of a hosted server", || hosted_browsers(workspace));
    }
}

/// The tests with real agents, which are left out of all other runs.
pub(super) fn agents_alone(workspace: &Workspace, report: &mut Report) {
    let ready = report.step("tools", || tools::check_for_run(workspace).map(|()| Tally::default()))
        && report.step("build", || ui_and_programs(workspace));
    if !ready {
        return;
    }
    let mut programs = None;
    report.step("agents' packages", || {
        programs = Some(agents::install(workspace)?);
        Ok(Tally::default())
    });
    let Some(programs) = programs else { return };
    report.step("cargo test", || {
        let mut cargo = process::cargo(&workspace.root);
        cargo.arg("test").args(WHOLE_WORKSPACE).args(["--no-fail-fast", "--test", "integration", "--"]);
        // Most of them take seconds of a whole core to start, and are waited for.
        cargo.args(["real_agents::", "--ignored", "--test-threads", "2"]);
        cargo.env("SWITCHYARD_AGENTS", programs);
        count(&mut cargo, tally::of_libtest)
    });
}

/// Returns whether there is a build of the UI, which the server serves.
fn user_interface(workspace: &Workspace, report: &mut Report) -> bool {
    if !report.step("UI packages", || ui::install(workspace).map(|()| Tally::default())) {
        return false;
    }
    report.step("UI lint", || held(&mut ui::npm(workspace, &["run", "--silent", "lint"])));
    report.step("UI unit tests", || ui_unit_tests(workspace));
    let built = report.step("UI build", || ui::build(workspace).map(|()| Tally::HELD));
    if built {
        report.step("UI size", || held(&mut ui::npm(workspace, &["run", "--silent", "size"])));
    }
    built
}

fn ui_unit_tests(workspace: &Workspace) -> Result<Tally> {
    let path = workspace.target.join("vitest.json");
    let file = format!("--outputFile.json={}", path.display());
    // A report left over from an earlier run must not be counted; that there is none is fine.
    let _ = std::fs::remove_file(&path);
    let mut vitest =
        ui::npm(workspace, &["test", "--silent", "--", "--reporter=default", "--reporter=json", &file]);
    let ended = process::run(&mut vitest);
    let tally = std::fs::read(&path).ok().and_then(|report| tally::of_vitest(&report));
    match (tally, ended) {
        (Some(tally), ended) if ended.is_ok() || tally.failed > 0 => Ok(tally),
        (_, Err(failure)) => Err(failure),
        (_, Ok(())) => Err(Failure::new("vitest wrote no report")),
    }
}

fn ui_and_programs(workspace: &Workspace) -> Result<Tally> {
    ui::install(workspace)?;
    ui::build(workspace)?;
    build(workspace)
}

/// Programs and tests in one go: the integration tests start the programs that lie beside them.
fn build(workspace: &Workspace) -> Result<Tally> {
    let mut cargo = process::cargo(&workspace.root);
    process::run(cargo.arg("build").args(WHOLE_WORKSPACE).args(["--bins", "--tests"]))?;
    Ok(Tally::default())
}

fn cargo_test(workspace: &Workspace, selection: &[&str], filter: &[&str]) -> Result<Tally> {
    let mut cargo = process::cargo(&workspace.root);
    cargo.arg("test").args(WHOLE_WORKSPACE).args(selection).arg("--").args(filter);
    count(&mut cargo, tally::of_libtest)
}

fn browser(workspace: &Workspace) -> Result<Tally> {
    if !ui::has_script(workspace, "e2e")? {
        return Err(Failure::new("ui/package.json has no script `e2e`"));
    }
    let chromium = debian::chromium().ok_or_else(|| Failure::new("there is no Chromium on the path"))?;
    let mut e2e = ui::npm(workspace, &["run", "--silent", "e2e"]);
    e2e.env("SWITCHYARD_PROGRAMS", workspace.target.join("debug")).env("SWITCHYARD_CHROMIUM", chromium);
    count(&mut e2e, tally::of_plain_summary)
}

/// The server is the harness's, which tells the browsers where it is; they print what they did.
fn hosted_browsers(workspace: &Workspace) -> Result<Tally> {
    let chromium = debian::chromium().ok_or_else(|| Failure::new("there is no Chromium on the path"))?;
    let mut cargo = process::cargo(&workspace.root);
    cargo.arg("test").args(WHOLE_WORKSPACE).args([
        "--test",
        "integration",
        "--",
        "--ignored",
        "hosted::browser",
    ]);
    cargo.arg("--nocapture").env("SWITCHYARD_CHROMIUM", chromium);
    count(&mut cargo, tally::of_plain_summary)
}

/// Adds up the summaries that a command prints. One that fails without a failed test has failed all the same.
fn count(command: &mut Command, summary: fn(&str) -> Option<Tally>) -> Result<Tally> {
    let mut total = Tally::default();
    let status = process::watch(command, |line| total.add(summary(line).unwrap_or_default()))?;
    if total.is_empty() {
        return Err(Failure::new("no test was run; what went wrong is told above"));
    }
    if !status.success() && total.failed == 0 {
        total.failed = 1;
    }
    Ok(total)
}

fn held(command: &mut Command) -> Result<Tally> {
    process::run(command).map(|()| Tally::HELD)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut shell = process::program("sh", Path::new("/"));
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn the_summaries_of_several_test_binaries_are_added_up() {
        // Not libtest's own form: when these tests are themselves counted, that would be counted with them.
        let script = "echo '2 passed, 0 failed'; echo other; echo '2 passed, 0 failed'";
        let tally = count(&mut shell(script), tally::of_plain_summary);
        assert_eq!(tally.unwrap(), Tally { passed: 4, failed: 0 });
    }

    #[test]
    fn a_run_that_crashes_after_its_summary_has_failed() {
        let tally = count(&mut shell("echo '3 passed, 0 failed'; exit 1"), tally::of_plain_summary);
        assert_eq!(tally.unwrap(), Tally { passed: 3, failed: 1 });
    }

    #[test]
    fn a_run_without_a_single_test_has_failed() {
        assert!(count(&mut shell("exit 0"), tally::of_plain_summary).is_err());
    }
}
