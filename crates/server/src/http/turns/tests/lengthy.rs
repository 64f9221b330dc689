//! Work that takes long gives way in between.

use silta_broker::give_way;

use super::*;

impl Core {
    /// Work of so many pieces that take long.
    fn lengthy(&self, pieces: usize, from: u8, name: &'static str) -> Worked {
        let (turns, order) = (self.turns.clone(), self.order.clone());
        spawn_local(async move {
            let work = async {
                for piece in 0..pieces {
                    if piece > 0 {
                        give_way().await;
                    }
                    order.borrow_mut().push(name);
                }
            };
            turns.work(Purpose::Finish, source(from), || false, work).await
        })
    }
}

#[tokio::test]
async fn who_has_more_to_compute_comes_after_everybody_who_is_ready() {
    on_a_core(|core| async move {
        let garbage = core.lengthy(3, 1, "garbage");
        while core.order().is_empty() {
            tokio::task::yield_now().await;
        }
        for purpose in [Purpose::Begin, Purpose::Finish, Purpose::Redeem] {
            core.step(purpose, 2, "honest");
        }
        garbage.await.unwrap().unwrap();
        let order = ["garbage", "honest", "honest", "honest", "garbage", "garbage"];
        assert_eq!(core.order(), order);
    })
    .await;
}

/// Somebody whom the store answers while another computes is in the sockets when that ends.
#[tokio::test]
async fn who_becomes_ready_while_another_computes_goes_before_its_next_piece() {
    on_a_core(|core| async move {
        let (answers, mut answered) = tokio::sync::mpsc::channel::<()>(1);
        let (turns, order) = (core.turns.clone(), core.order.clone());
        let honest = spawn_local(async move {
            let work = async {
                answered.recv().await;
                order.borrow_mut().push("honest");
            };
            turns.work(Purpose::Finish, source(2), || false, work).await
        });
        core.settle().await;
        let (turns, order) = (core.turns.clone(), core.order.clone());
        let garbage = spawn_local(async move {
            let work = async {
                for _ in 0..3 {
                    order.borrow_mut().push("garbage");
                    let answers = answers.clone();
                    // As the driver of a connection to Redis does, once the sockets were looked at.
                    spawn_local(async move {
                        tokio::task::yield_now().await;
                        let _ = answers.try_send(());
                    });
                    give_way().await;
                }
            };
            turns.work(Purpose::Finish, source(1), || false, work).await
        });
        garbage.await.unwrap().unwrap();
        honest.await.unwrap().unwrap();
        assert_eq!(core.order(), ["garbage", "honest", "garbage", "garbage"]);
    })
    .await;
}

/// An honest message whose sender uses a former key of ours has more to compute, too.
#[tokio::test]
async fn who_has_more_to_compute_gets_its_turn_whoever_else_is_ready() {
    on_a_core(|core| async move {
        let rotated = core.lengthy(2, 1, "rotated");
        while core.order().is_empty() {
            tokio::task::yield_now().await;
        }
        for _ in 0..2 * ONE_IN {
            core.step(Purpose::Finish, 2, "others");
        }
        rotated.await.unwrap().unwrap();
        let before = core.order().iter().filter(|one| **one == "others").count();
        assert!(before < ONE_IN, "{before} went before");
    })
    .await;
}

#[tokio::test]
async fn those_who_have_more_to_compute_take_no_places_from_those_who_start() {
    on_a_core(|core| async move {
        let mut all = vec![];
        for from in 0..250 {
            all.push(core.lengthy(3, from, "garbage"));
            if from % 100 == 99 {
                tokio::task::yield_now().await;
            }
        }
        // New ones go first, so all of them would be started and none of them go on.
        let mut most = 0;
        while all.iter().any(|one| !one.is_finished()) {
            tokio::task::yield_now().await;
            most = most.max(core.turns.line().started());
        }
        assert!((LENGTHY..LENGTHY + 8).contains(&most), "{most} were under way");
    })
    .await;
}
