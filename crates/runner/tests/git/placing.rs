use switchyard_domain::RepoId;
use switchyard_domain::runner::NewRepository;
use switchyard_testkit::repo::write;

use crate::cloning::Bench;

#[tokio::test]
async fn a_person_chooses_a_folder_and_what_is_in_one_already_is_left_alone() {
    let mut bench = Bench::new().await;
    let folder = bench.repo.folder().join("chosen/here");
    bench.wanted.folder = Some(folder.to_string_lossy().into_owned());
    std::fs::create_dir_all(&folder).unwrap();
    assert_eq!(bench.have().await.unwrap().path, folder.to_string_lossy());
    bench.have().await.unwrap();
    let taken = bench.repo.folder().join("taken");
    write(&taken.join("file"), "x");
    for taken in [taken, bench.repo.path()] {
        bench.wanted.folder = Some(taken.to_string_lossy().into_owned());
        let error = bench.have().await.unwrap_err();
        assert_eq!((error.code, error.field), ("path_exists", Some("folder")));
    }
    bench.wanted.folder = Some("relative".to_owned());
    assert_eq!(bench.have().await.unwrap_err().field, Some("folder"));
}

#[tokio::test]
async fn a_new_repository_begins_with_a_commit() {
    let bench = Bench::new().await;
    let new = NewRepository {
        repo_id: RepoId::new(),
        user_id: bench.wanted.user_id,
        name: "fresh".to_owned(),
        folder: None,
        author: None,
    };
    let facts = bench.clones.create(new.clone()).await.unwrap();
    assert_eq!(facts, bench.clones.create(new.clone()).await.unwrap(), "asked for twice, it is made once");
    assert_eq!(bench.workspaces.inspect_repo(&facts.root).await.unwrap(), facts);
    assert_eq!(bench.repo.git_in(facts.root.as_ref(), ["status", "--porcelain"]), "");
    let folder = Some(bench.repo.path().to_string_lossy().into_owned());
    assert_eq!(bench.clones.create(NewRepository { folder, ..new }).await.unwrap_err().code, "path_exists");
}
