//! Plays the committed vectors.

#[test]
fn every_committed_vector_agrees() {
    let report = twinfetch_player::play(include_str!("../../vectors/authjs.json")).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    assert!(report.passed > 0);
}
