//! Steps that nobody sees.

use silta_broker::ports::{Step, Steps};

/// Steps of requests that nobody sees.
#[derive(Debug)]
pub struct UnseenSteps;

impl Steps for UnseenSteps {
    fn begin(&self, _: &'static str) -> Box<dyn Step> {
        Box::new(Self)
    }
}

impl Step for UnseenSteps {
    fn within(&self, work: &mut dyn FnMut()) {
        work();
    }
}
