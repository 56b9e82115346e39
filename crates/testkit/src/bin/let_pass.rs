//! `switchyard-let-pass`: makes a row of a stopped instance's database older. See [`switchyard_testkit::passed_time`].

fn main() {
    switchyard_testkit::passed_time::run(std::env::args().skip(1));
}
