//! What published claims without a figure say of companies: "X supplied optical components for
//! tanks". A claim is a statement of its publisher with its word of likelihood, and never a
//! fact; one that no person has accepted yet is not taken.

use super::{Citation, Edge, Graph, Node, NodeId, NodeKind, Relation};
use crate::claim::{Claim, Measure, Read};

/// The statements of a ledger's claims; `ledger` is its name, which each statement cites.
#[must_use]
pub fn of_claims(claims: &[Claim], ledger: &str) -> Graph {
    let mut graph = Graph::default();
    let accepted = |claim: &&Claim| {
        claim.measure == Measure::Deed && !claim.read.is_proposal() && claim.read != Read::General
    };
    for claim in claims.iter().filter(accepted) {
        let use_ = end_use(claim);
        let key = use_.to_lowercase();
        let to = NodeId::new(NodeKind::EndUse, &key);
        graph.add(Node::new(to.clone(), NodeKind::EndUse, &use_));
        for party in &claim.parties {
            let from = NodeId::company(party, None);
            graph.add(Node::new(from.clone(), NodeKind::Company, party));
            let mut edge = Edge::new(from, Relation::Supplies, to.clone(), cited(claim, ledger));
            claim.text.clone_into(&mut edge.remark);
            edge.likelihood = Some(claim.likelihood.clone()).filter(|word| !word.is_empty());
            graph.say(edge.dated(&claim.published));
        }
    }
    graph
}

/// What for, else what: a claim may say either.
fn end_use(claim: &Claim) -> String {
    let words = [&claim.end_use, &claim.goods_text, &claim.goods];
    let first = words.into_iter().find(|word| !word.is_empty());
    first.cloned().unwrap_or_else(|| "use not stated".to_owned())
}

fn cited(claim: &Claim, ledger: &str) -> Citation {
    let how = match claim.read {
        Read::Source => "read in the source",
        Read::Derived => "computed from claims of the source",
        _ => "read in a retelling",
    };
    let parts = [claim.publisher.as_str(), claim.who.as_str(), how];
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Citation {
        source: format!("{ledger}#{}", claim.id),
        line: 0,
        link: claim.link.clone(),
        attribution: known.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_claims_become_statements_with_their_likelihood() {
        let claim = |id: &str, read| Claim {
            id: id.into(),
            text: "Zontik Works likely supplied nitrocellulose".into(),
            publisher: "The Umbrella Post".into(),
            published: "2024-04-12".into(),
            measure: Measure::Deed,
            parties: vec!["Zontik Works".into()],
            end_use: "ammunition".into(),
            likelihood: "likely".into(),
            read,
            ..Claim::default()
        };
        let claims = [claim("a", Read::Secondary), claim("b", Read::Proposed)];
        let graph = of_claims(&claims, "made-up");
        let edges: Vec<&Edge> = graph.edges().collect();
        assert_eq!(edges.len(), 1);
        assert_eq!(edges[0].to.as_str(), "end-use:ammunition");
        assert_eq!(edges[0].likelihood.as_deref(), Some("likely"));
        assert_eq!(edges[0].cited.source, "made-up#a");
        assert_eq!(edges[0].cited.attribution, "The Umbrella Post; read in a retelling");
    }
}
