//! Messages to an agent while the server is killed again and again: each acknowledged one is delivered once, in order.

use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{Method, Random, acp, id, said, text, within};

use crate::ground::Ground;

const KILLS: u64 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_kills_neither_lose_nor_double_a_message_to_an_agent() {
    let mut random = Random::seeded();
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Talk").await;
    let session = ground.client().run_agent(&workspace, acp(), "[[say begin ]]").await;
    let path = format!("/api/sessions/{}/messages", id(&session));
    let (mut acknowledged, mut unanswered) = (Vec::new(), Vec::new());
    for kill in 0..KILLS {
        let talking = tokio::spawn({
            let (client, path) = (ground.client().clone(), path.clone());
            async move {
                for number in 0.. {
                    let words = format!("[[say word-{kill}-{number} ]]");
                    match client.try_call(Method::POST, &path, &[], Some(&json!({"text": words}))).await {
                        Ok(answer) if number < 2 => drop(answer.expect(202)),
                        Ok(answer) => return (answer.expect(202), None),
                        Err(_) => return (Value::Null, Some(words)),
                    }
                }
                unreachable!("it returns when the third message is answered or one is not")
            }
        });
        tokio::time::sleep(Duration::from_millis(random.below(80))).await;
        ground.instance.kill9();
        let (last, lost) = talking.await.expect("talking ends well");
        acknowledged.extend((!last.is_null()).then(|| id(&last).to_owned()));
        unanswered.extend(lost);
        ground.instance.launch().await;
    }
    let client = ground.client();
    within(Duration::from_secs(60), "all is delivered", || async {
        let waiting = client.list(&path).await;
        let now = client.now("sessions", &session).await;
        (waiting.is_empty() && now["status"] == "idle").then_some(())
    })
    .await;
    let entries = client.transcript(&session).await;
    let heard: Vec<&Value> = entries.iter().filter(|entry| entry["kind"] == "user_message").collect();
    for message in &acknowledged {
        let times = heard.iter().filter(|entry| entry["message_id"] == message.as_str()).count();
        assert_eq!(times, 1, "message {message} was delivered {times} times");
    }
    let mut order: Vec<&str> = Vec::new();
    for entry in &heard {
        let words = text(entry, "text");
        assert!(!order.contains(&words), "heard twice: {words}");
        order.push(words);
    }
    let spoken = said(&entries);
    for words in order.iter().filter(|words| words.contains("word-")) {
        let word = words.trim_start_matches("[[say ").trim_end_matches(" ]]");
        let times = spoken.split_whitespace().filter(|said| *said == word).count();
        assert_eq!(times, 1, "the agent worked on “{word}” {times} times");
    }
    let numbers = |words: &&str| {
        let mut parts = words.trim_start_matches("[[say word-").trim_end_matches(" ]]").split('-');
        Some((parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?))
    };
    assert!(order.iter().filter_map(numbers).is_sorted(), "out of order: {order:?}");
    eprintln!("{} messages heard over {KILLS} kills, {} not answered", heard.len(), unanswered.len());
}
