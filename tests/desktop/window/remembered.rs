//! What a window keeps over a restart: its size, its place, its zoom.

use std::time::{Duration, Instant};

use crate::app::{Home, wait_until};
use crate::driver::Driver;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn size_place_and_zoom_of_the_window_are_as_they_were() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    home.xdotool("windowsize --sync $w 1010 720 windowmove --sync $w 150 90");
    let width = settled_width(&window).await;
    home.press_keys(&["ctrl+equal", "ctrl+equal"]);
    let zoomed = smaller_than(&window, width).await;
    assert!((width / zoomed - 1.2).abs() < 0.02, "{width} → {zoomed}");
    let geometry = home.xdotool("getwindowgeometry --shell $w");
    home.press_keys(&["ctrl+q"]);
    wait_until("the app ended", PATIENCE, || home.app().is_none());
    drop(window);

    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let again = home.xdotool("getwindowgeometry --shell $w");
    for side in ["X=", "Y=", "WIDTH=", "HEIGHT="] {
        let of = |text: &str| text.lines().find(|line| line.starts_with(side)).map(str::to_owned);
        assert_eq!(of(&again), of(&geometry));
    }
    assert!((settled_width(&window).await - zoomed).abs() < 2.0);
    home.press_keys(&["ctrl+0"]);
    let begun = Instant::now();
    while (settled_width(&window).await - width).abs() > 2.0 {
        assert!(begun.elapsed() < PATIENCE, "actual size");
    }
    window.close().await;
}

/// The page's width in its own pixels, once it stays.
async fn settled_width(window: &Driver) -> f64 {
    let mut last = -1.0;
    loop {
        let width = window.script("return innerWidth").await.as_f64().unwrap();
        if width.to_bits() == f64::to_bits(last) {
            return width;
        }
        last = width;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

async fn smaller_than(window: &Driver, width: f64) -> f64 {
    let begun = Instant::now();
    loop {
        let now = settled_width(window).await;
        if now < width {
            return now;
        }
        assert!(begun.elapsed() < PATIENCE, "the page is {now} wide");
    }
}
