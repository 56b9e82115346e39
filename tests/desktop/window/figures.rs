//! Figures of the real window. They mean something for a release build alone, which `cargo xtask bench --only desktop`
//! makes. By hand: `SWITCHYARD_DESKTOP=… cargo test -p switchyard-desktop-tests -- --ignored --nocapture figures`.

use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::app::{Home, program, wait_until};
use crate::driver::{Driver, free_port};
use crate::main_path::start_agent;
use crate::processes::{self, Memory};

/// Starts, of which the median counts.
const STARTS: usize = 7;
/// How long a page is left alone before it is measured.
const SETTLE: Duration = Duration::from_secs(3);
/// WebKitGTK's own small browser, which comes with the driver: the same engine over loopback HTTP.
const BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

#[tokio::test]
#[ignore = "measures; wants a release build and a quiet machine"]
async fn figures_of_the_window() {
    let mut usable: Vec<f64> = Vec::new();
    for _ in 0..STARTS {
        usable.push(start_to_usable().await);
    }
    let usable = report("start to a usable window, ms", &mut usable);

    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let memory = idle_memory(&home).await;

    let path = fill(&window).await;
    let bytes = window
        .script_later(&format!("return (await (await fetch('{path}')).arrayBuffer()).byteLength"))
        .await;
    // The page still shows what was just made.
    tokio::time::sleep(SETTLE).await;
    let mut scheme = times(&window, &reads(&path)).await;
    let mut feed = times(&window, FEED).await;
    let mut echo = echo(&home, &window).await;
    // The driver would kill it, and the server find its runner there.
    processes::end(home.app().unwrap().pid, Signal::TERM);
    wait_until("the app ended", Duration::from_secs(20), || processes::runner_of(&home.data()).is_none());
    drop(window);
    let scheme = report(&format!("answer of {bytes} bytes through the scheme, ms"), &mut scheme);
    report("first frame of the change feed to its answer, ms", &mut feed);
    let echo = report("echo of a key in a terminal through the channel, ms", &mut echo);
    let http = report(
        &format!("answer of {bytes} bytes over loopback HTTP, same engine, ms"),
        &mut over_http(&home).await,
    );
    if let Some(file) = std::env::var_os("SWITCHYARD_FIGURES") {
        let figures = json!({
            "start_ms": usable, "memory_bytes": memory.whole, "web_view_bytes": memory.web_view, "answer_bytes": bytes,
            "scheme_ms": scheme, "http_ms": http, "echo_ms": echo,
        });
        std::fs::write(file, figures.to_string()).unwrap();
    }
}

/// The memory of the app and its runner, once they have nothing to do.
async fn idle_memory(home: &Home) -> Memory {
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut all = Memory::default();
    for process in home.app().into_iter().chain(processes::runner_of(&home.data())) {
        let Memory { whole, web_view } = processes::memory(process.pid);
        let name = process.name.trim();
        say(&format!(
            "idle memory (PSS) of {name}: {:.1} MB, of it {:.1} the web view's",
            mb(whole),
            mb(web_view)
        ));
        all.whole += whole;
        all.web_view += web_view;
    }
    say(&format!("idle memory of all ours, without the web view's: {:.1} MB", mb(all.whole - all.web_view)));
    all
}

/// From before the program is started until the page has drawn its first content, which it does with its data there.
async fn start_to_usable() -> f64 {
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let drawn = window
        .script("return performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime")
        .await;
    let started = started_at(home.app().unwrap().pid);
    window.close().await;
    drawn.as_f64().unwrap() - started
}

/// When a process was started, in milliseconds since the epoch, to the ten that the kernel keeps.
fn started_at(pid: i32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: f64 = after_name.split_whitespace().nth(19).unwrap().parse().unwrap();
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    (now - uptime + ticks / 100.0) * 1000.0
}

/// A board of about 100 KB, and the path that answers it.
async fn fill(window: &Driver) -> String {
    let path = window
        .script_later(
            "const post = async (path, body) => { const r = await fetch('/api' + path, { method: 'POST', \
               headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }); return r.json(); }; \
             const project = await post('/projects', { name: 'Large' }); \
             for (let i = 0; i < 180; i++) await post(`/projects/${project.id}/tasks`, { title: 'Task ' + i, description: 'x'.repeat(100) }); \
             return `/api/projects/${project.id}/tasks?limit=200`;",
        )
        .await;
    path.as_str().unwrap().to_owned()
}

/// The engine's clock goes by the millisecond, so that ten are measured as one.
fn reads(path: &str) -> String {
    format!(
        "const times = []; for (let i = 0; i < 64; i++) {{ const begun = performance.now(); \
         for (let j = 0; j < 10; j++) await (await fetch('{path}')).text(); \
         if (i >= 4) times.push((performance.now() - begun) / 10); }} return times;"
    )
}

/// A stream of the change feed answers its first frame: there and back through the channel, and a look at the database.
const FEED: &str = "const { invoke, transformCallback } = window.__TAURI_INTERNALS__; const times = []; \
     const hello = (() => { const text = new TextEncoder().encode('{\"since\":null}'); const body = new Uint8Array(5 + text.length); \
       body[0] = 1; body[1] = text.length; body.set(text, 5); return body; })(); \
     for (let i = 0; i < 220; i++) { \
       let heard; const next = () => new Promise((resolve) => { heard = resolve; }); \
       let waiting = next(); \
       const frames = { toJSON: () => '__CHANNEL__:' + transformCallback(({ message }) => message && heard(message)) }; \
       const id = await invoke('stream_open', { path: '/events', frames: frames.toJSON() }); \
       await waiting; waiting = next(); \
       const begun = performance.now(); invoke('stream_send', hello, { headers: { stream: String(id) } }); \
       await waiting; if (i >= 20) times.push(performance.now() - begun); \
       await invoke('stream_close', { id }); } \
     return times;";

/// Keys into a program that prints nothing of its own: what comes back is the terminal's echo. Ten are measured as one.
async fn echo(home: &Home, window: &Driver) -> Vec<f64> {
    let repository = home.repository("echo");
    let path = start_agent(window, &repository.display().to_string(), "true").await;
    let workspace = path.rsplit_once('/').unwrap().1;
    times(window, &ECHO.replace("WORKSPACE", workspace)).await
}

const ECHO: &str = "const { invoke, transformCallback } = window.__TAURI_INTERNALS__; const times = []; \
     const opened = await fetch('/api/workspaces/WORKSPACE/terminals', { method: 'POST', \
       headers: { 'content-type': 'application/json' }, body: '{}' }); const terminal = await opened.json(); \
     let heard = ''; let wake = () => {}; \
     const frames = transformCallback(({ message }) => { if (message) { heard += new TextDecoder('latin1').decode(message); wake(); } }); \
     const until = async (text) => { while (!heard.includes(text)) await new Promise((resolve) => { wake = resolve; }); heard = ''; }; \
     const id = await invoke('stream_open', { path: `/terminals/${terminal.id}/attach`, frames: '__CHANNEL__:' + frames }); \
     const type = (text) => { const body = new Uint8Array(5 + text.length); body[0] = 2; body[1] = text.length; \
       body.set(new TextEncoder().encode(text), 5); void invoke('stream_send', body, { headers: { stream: String(id) } }); }; \
     await until('attached'); type('cat >/dev/null; exit\\n'); await until('exit'); \
     await new Promise((resolve) => setTimeout(resolve, 500)); heard = ''; \
     for (let i = 0; i < 64; i++) { \
       const begun = performance.now(); \
       for (let j = 0; j < 10; j++) { type('x'); await until('x'); } \
       if (i >= 4) times.push((performance.now() - begun) / 10); \
       await new Promise((resolve) => setTimeout(resolve, 5)); } \
     await fetch(`/api/terminals/${terminal.id}`, { method: 'DELETE', headers: { 'if-match': `\"${terminal.version}\"` } }); \
     await invoke('stream_close', { id }); return times;";

async fn times(window: &Driver, script: &str) -> Vec<f64> {
    let answer = window.script_later(script).await;
    let Value::Array(times) = &answer else { panic!("{answer}") };
    times.iter().filter_map(Value::as_f64).collect()
}

/// The same answer by the same engine from the server program over loopback HTTP.
async fn over_http(home: &Home) -> Vec<f64> {
    let server = std::env::var_os("SWITCHYARD_SERVER")
        .map_or_else(|| program().with_file_name("switchyard-server"), Into::into);
    let port = free_port();
    let mut command = home.command(&server);
    command.env("PORT", port.to_string()).stdout(Stdio::piped());
    command.env("SWITCHYARD_RUNNER", program().with_file_name("switchyard-runner"));
    let mut process = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", server.display()));
    let address = address_of(&mut process);
    let browser = home.command("WebKitWebDriver");
    let window = Driver::start_with(browser, &json!({ "binary": BROWSER, "args": ["--automation"] })).await;
    window.client.goto(&address).await.unwrap();
    window.find("//*[contains(., 'Large')]").await;
    tokio::time::sleep(SETTLE).await;
    let path = window
        .script_later("const { items } = await (await fetch('/api/projects')).json(); return `/api/projects/${items[0].id}/tasks?limit=200`;")
        .await;
    let times = times(&window, &reads(path.as_str().unwrap())).await;
    window.close().await;
    processes::end(process.id().cast_signed(), Signal::TERM);
    let _ = process.wait();
    times
}

fn address_of(server: &mut Child) -> String {
    use std::io::BufRead;
    let lines = std::io::BufReader::new(server.stdout.take().unwrap()).lines();
    let told = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_once("http").map(|(_, rest)| format!("http{rest}")));
    told.expect("the server tells its address")
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Tells of times, and returns their median.
fn report(what: &str, times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    say(&format!("{what}: p50 {:.2}, p95 {:.2}, n {}", at(0.5), at(0.95), times.len()));
    at(0.5)
}

#[allow(clippy::print_stdout, reason = "this is what it is for")]
fn say(line: &str) {
    println!("{line}");
}
