//! A deployment as on Fargate: what people notice of replicas that go.

use silta_tests::fargate_like;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_locked_out_while_one_replica_is_drained_and_the_other_killed() {
    let figures = fargate_like::play(24, 4, fargate_like::login).await;

    assert_eq!(figures.lost, Vec::<String>::new());
    assert!(figures.logins >= 24, "only {} logged in", figures.logins);
    assert_eq!(figures.restarts, 2);
}
