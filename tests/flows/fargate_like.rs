//! A deployment as on Fargate: what people notice of replicas that go and of keys that change, and
//! what is left of people afterwards.

#![expect(clippy::print_stdout, reason = "figures that a run is to show")]

use silta_tests::fargate_like;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_locked_out_or_written_down_while_replicas_go_and_keys_are_rotated() {
    let figures = fargate_like::play(24, 4).await;

    println!("{figures}");
    assert_eq!(figures.wrong(), Vec::<String>::new());
    for logins in [&figures.cognito, &figures.alb] {
        assert!(logins.all >= 12, "only {} came", logins.all);
    }
    assert_eq!(figures.restarts(), 2);
    assert!(figures.rotation.since > 0, "somebody logs in with the new keys");
}
