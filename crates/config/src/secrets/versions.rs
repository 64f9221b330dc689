//! The values of a secret while it is rotated.

/// A version beside the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Will be current: known already, not used yet.
    Next,
    /// Was current: known still, not used any more.
    Previous,
}

impl Stage {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Next, Self::Previous];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Previous => "previous",
        }
    }
}

/// A value, and those beside it while it is rotated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions<T> {
    /// The one to use.
    pub current: T,
    /// The one that will be used.
    pub next: Option<T>,
    /// The one that was used.
    pub previous: Option<T>,
}

impl<T> Versions<T> {
    /// A value that is never rotated.
    pub fn only(current: T) -> Self {
        Self { current, next: None, previous: None }
    }

    /// The version of a stage, or its place.
    pub fn at_mut(&mut self, stage: Stage) -> &mut Option<T> {
        match stage {
            Stage::Next => &mut self.next,
            Stage::Previous => &mut self.previous,
        }
    }

    /// The version of a stage.
    pub fn at(&self, stage: Stage) -> Option<&T> {
        match stage {
            Stage::Next => self.next.as_ref(),
            Stage::Previous => self.previous.as_ref(),
        }
    }

    /// All of them, the current one first.
    pub fn all(self) -> impl Iterator<Item = T> {
        [Some(self.current), self.next, self.previous].into_iter().flatten()
    }

    /// All of them with their stages, the current one first.
    pub fn iter(&self) -> impl Iterator<Item = (Option<Stage>, &T)> {
        let others =
            Stage::ALL.into_iter().filter_map(|stage| Some((Some(stage), self.at(stage)?)));
        std::iter::once((None, &self.current)).chain(others)
    }

    /// Pairs two values. Where only one of them is rotated, as a certificate that is renewed for the same key, the
    /// other stays as it is.
    pub fn zip<U>(self, other: Versions<U>) -> Versions<(T, U)>
    where
        T: Clone,
        U: Clone,
    {
        let at = |stage| {
            let (ours, theirs) = (self.at(stage), other.at(stage));
            (ours.is_some() || theirs.is_some()).then(|| {
                (ours.unwrap_or(&self.current).clone(), theirs.unwrap_or(&other.current).clone())
            })
        };
        let (next, previous) = (at(Stage::Next), at(Stage::Previous));
        Versions { current: (self.current, other.current), next, previous }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_only_one_of_two_values_is_rotated_the_other_stays() {
        let key = Versions { current: 1, next: Some(2), previous: None };
        let certificate = Versions { current: "a", next: Some("b"), previous: Some("c") };
        let pairs = key.zip(certificate);
        let wanted = Versions { current: (1, "a"), next: Some((2, "b")), previous: Some((1, "c")) };
        assert_eq!(pairs, wanted);
        assert_eq!(pairs.all().collect::<Vec<_>>(), [(1, "a"), (2, "b"), (1, "c")]);
    }
}
