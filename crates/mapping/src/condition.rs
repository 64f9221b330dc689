//! Conditions: for whom a rule counts.

use crate::attributes::AttributeError;
use crate::{Attributes, Login, in_one_spelling};

/// For which logins something counts: those of which every part holds, and of `unless` none. Without any part, all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// All of these hold.
    pub when: Facts,
    /// And not all of these. Where nothing is written here, it says nothing.
    pub unless: Facts,
}

/// Facts of a login. A part that is empty says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The level that was reached is one of these.
    pub levels: Vec<String>,
    /// The upstream is one of these.
    pub upstreams: Vec<String>,
    /// The client or service provider is one of these.
    pub clients: Vec<String>,
    /// All of these hold.
    pub attributes: Vec<AttributeFact>,
}

/// What is to hold of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeFact {
    /// The internal name.
    pub attribute: String,
    /// What is to hold of its values.
    pub test: AttributeTest,
}

/// What is to hold of the values of an attribute that are not empty. They are compared octet for octet, identity codes in either spelling, and of
/// an attribute that people are known by in whatever spelling they are the same person.
#[derive(Clone, PartialEq, Eq)]
pub enum AttributeTest {
    /// There is one.
    Present,
    /// There is none.
    Absent,
    /// One of them at least is among these.
    Any(Vec<String>),
    /// There is one at least, and each is among these.
    All(Vec<String>),
}

/// The values may be those of people.
impl std::fmt::Debug for AttributeTest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Present => f.write_str("Present"),
            Self::Absent => f.write_str("Absent"),
            Self::Any(values) => write!(f, "Any({})", values.len()),
            Self::All(values) => write!(f, "All({})", values.len()),
        }
    }
}

impl Condition {
    /// Whether it counts for everybody.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.when.is_empty() && self.unless.is_empty()
    }

    /// The internal names of the attributes that it looks at.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        let all = self.when.attributes.iter().chain(&self.unless.attributes);
        all.map(|fact| fact.attribute.as_str())
    }

    /// Whether no login at this upstream meets it.
    pub(crate) fn is_never_at(&self, upstream: &str) -> bool {
        let upstreams = &self.when.upstreams;
        !upstreams.is_empty() && upstreams.iter().all(|one| one != upstream)
    }

    /// Whether it counts for this login.
    ///
    /// # Errors
    /// [`AttributeError`] where a value that decides is no text.
    pub fn holds(
        &self,
        attributes: &Attributes,
        login: &Login<'_>,
    ) -> Result<bool, AttributeError> {
        let Self { when, unless } = self;
        // What a login is decides first: a value that decides nothing refuses nobody.
        if !when.hold_of(login) {
            return Ok(false);
        }
        let may_except = !unless.is_empty() && unless.hold_of(login);
        Ok(!(may_except && unless.hold_of_person(attributes, login)?)
            && when.hold_of_person(attributes, login)?)
    }
}

impl Facts {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn hold_of(&self, login: &Login<'_>) -> bool {
        let is_among = |one: &str, all: &[String]| all.is_empty() || all.iter().any(|it| it == one);
        is_among(login.level, &self.levels)
            && is_among(login.upstream, &self.upstreams)
            && is_among(login.client, &self.clients)
    }

    fn hold_of_person(&self, from: &Attributes, login: &Login<'_>) -> Result<bool, AttributeError> {
        for fact in &self.attributes {
            if !fact.holds(from, login)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl AttributeFact {
    fn holds(&self, from: &Attributes, login: &Login<'_>) -> Result<bool, AttributeError> {
        let name = self.attribute.as_str();
        let values = from.readable(name)?;
        let full: Vec<_> = values.iter().filter(|value| !value.is_empty()).collect();
        let is_among = |all: &[String], value: &String| {
            all.iter().any(|one| {
                let one = in_one_spelling(name, one);
                // Whoever is one person whatever the spelling is so here too.
                *value == one || login.known_by.is_same_person(name, value, &one)
            })
        };
        Ok(match &self.test {
            AttributeTest::Present => !full.is_empty(),
            AttributeTest::Absent => full.is_empty(),
            AttributeTest::Any(all) => full.iter().any(|value| is_among(all, value)),
            AttributeTest::All(all) => {
                !full.is_empty() && full.iter().all(|value| is_among(all, value))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use super::*;
    use crate::example::suomifi;
    use crate::login::tests::login;
    use crate::{KnownPeople, Operator, Spelling};

    fn person(towns: &[&str]) -> Attributes {
        suomifi().recognise([("urn:oid:1.2.246.517.2002.2.18", towns.iter().copied())])
    }

    fn town(test: AttributeTest) -> Facts {
        let attribute = "KotikuntaKuntanumero".to_owned();
        Facts { attributes: vec![AttributeFact { attribute, test }], ..Facts::default() }
    }

    fn holds(when: Facts, towns: &[&str]) -> bool {
        let condition = Condition { when, unless: Facts::default() };
        condition.holds(&person(towns), &login()).unwrap()
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_condition_without_a_part_counts_for_everybody() {
        assert!(Condition::default().is_always());
        assert!(Condition::default().holds(&person(&[]), &login()).unwrap());
    }

    #[test]
    fn level_upstream_and_client_are_each_one_of_several() {
        let (levels, upstreams) = (texts(&["high", "substantial"]), texts(&["suomifi"]));
        let all = Facts { levels, upstreams, clients: texts(&["portal"]), ..Facts::default() };
        assert!(holds(all.clone(), &[]));
        for other in [
            Facts { levels: texts(&["high"]), ..all.clone() },
            Facts { upstreams: texts(&["entra"]), ..all.clone() },
            Facts { clients: texts(&["vpn"]), ..all.clone() },
        ] {
            assert!(!holds(other, &[]));
        }
    }

    #[test]
    fn any_needs_one_of_the_values_and_all_needs_each_and_one_at_least() {
        let any = || town(AttributeTest::Any(texts(&["049", "853"])));
        let all = || town(AttributeTest::All(texts(&["049", "853"])));
        for (towns, is_any, is_all) in [
            (&["853"][..], true, true),
            (&["049", "853"], true, true),
            (&["853", "091"], true, false),
            (&["853", ""], true, true),
            (&["091"], false, false),
            (&["85"], false, false),
            (&[""], false, false),
            (&[], false, false),
        ] {
            assert_eq!((holds(any(), towns), holds(all(), towns)), (is_any, is_all), "{towns:?}");
        }
    }

    #[test]
    fn an_attribute_is_present_with_a_value_that_is_not_empty() {
        for (towns, is_present) in
            [(&["853"][..], true), (&["", "853"], true), (&[""], false), (&[], false)]
        {
            assert_eq!(holds(town(AttributeTest::Present), towns), is_present, "{towns:?}");
            assert_eq!(holds(town(AttributeTest::Absent), towns), !is_present, "{towns:?}");
        }
    }

    #[test]
    fn unless_excepts_where_all_of_it_holds() {
        let unless =
            Facts { upstreams: texts(&["suomifi"]), ..town(AttributeTest::Any(texts(&["853"]))) };
        let condition = Condition { when: Facts::default(), unless };
        assert!(!condition.holds(&person(&["853"]), &login()).unwrap());
        assert!(condition.holds(&person(&["091"]), &login()).unwrap());
        let elsewhere = Login { upstream: "entra", ..login() };
        assert!(condition.holds(&person(&["853"]), &elsewhere).unwrap());
    }

    #[test]
    fn an_identity_code_may_be_written_in_small_letters() {
        let attribute = "nationalIdentificationNumber".to_owned();
        let test = AttributeTest::Any(texts(&["010170-912x"]));
        let facts =
            Facts { attributes: vec![AttributeFact { attribute, test }], ..Facts::default() };
        let condition = Condition { when: facts, unless: Facts::default() };
        let person = suomifi().recognise([("urn:oid:1.2.246.21", ["010170-912X"])]);
        assert!(condition.holds(&person, &login()).unwrap());
        assert!(!format!("{condition:?}").contains("912"));
    }

    /// Whoever is kept out is not let in by capitals, where these make nobody else of them.
    #[test]
    fn what_a_person_is_known_by_is_compared_in_the_spelling_that_counts() {
        let lower = Operator::named("lower").unwrap().with(BTreeMap::new(), None).unwrap();
        let lower = Spelling::of(vec![lower]).unwrap();
        let known_by = ["KotikuntaKuntanumero".to_owned()];
        let any = AttributeTest::Any(texts(&["Ada.Invented"]));
        let condition = Condition { when: town(any), unless: Facts::default() };
        for (known_by, others) in [(&known_by[..], true), (&[], false)] {
            let known_by = KnownPeople { attributes: known_by, spelling: &lower };
            let login = Login { known_by: &known_by, ..login() };
            for (name, expected) in [
                ("Ada.Invented", true),
                ("ada.invented", others),
                ("ADA.INVENTED", others),
                ("ada.other", false),
            ] {
                let holds = condition.holds(&person(&[name]), &login).unwrap();
                assert_eq!(holds, expected, "{name} {others}");
            }
        }
    }

    #[test]
    fn a_value_that_is_no_text_refuses_nobody_whom_the_condition_is_not_about() {
        let (upstreams, clients) = (texts(&["entra"]), texts(&["vpn"]));
        let bad = person(&["8\u{0}5"]);
        for facts in [
            Facts { upstreams, ..town(AttributeTest::Present) },
            Facts { clients, ..town(AttributeTest::Present) },
        ] {
            let when = Condition { when: facts.clone(), unless: town(AttributeTest::Present) };
            assert_eq!(when.holds(&bad, &login()), Ok(false));
            let unless = Condition { when: Facts::default(), unless: facts };
            assert_eq!(unless.holds(&bad, &login()), Ok(true));
        }
    }

    #[test]
    fn a_value_that_is_no_text_decides_nothing() {
        let attribute = "KotikuntaKuntanumero".to_owned();
        let condition = Condition { when: town(AttributeTest::Present), unless: Facts::default() };
        let why = condition.holds(&person(&["853", "8\u{0}5"]), &login()).unwrap_err();
        assert_eq!(why, AttributeError::ForbiddenCharacter { attribute });
    }
}
