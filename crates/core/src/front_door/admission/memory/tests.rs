//! Folders that look as the kernel's do.

use std::{env, fs, path::PathBuf, process};

use super::*;

const MIB: u64 = 1 << 20;
const MACHINE: &str = "MemTotal:       16777216 kB\nMemFree:         123456 kB\n";
const PROCESS: &str = "Name:\tbff-web\nVmPeak:\t  999999 kB\nVmRSS:\t  102400 kB\n";

/// A root of one test's own, gone when it ends.
struct Root(PathBuf);

impl Root {
    /// With the machine's 16 GiB and the process's 100 MiB.
    fn new(name: &str, cgroup: &str) -> Self {
        let root = Self(env::temp_dir().join(format!("bff-memory-{name}-{}", process::id())));
        root.write("proc/meminfo", MACHINE);
        root.write("proc/self/status", PROCESS);
        root.write("proc/self/cgroup", cgroup);
        root
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the temporary folder is writable");
        fs::write(path, text).expect("the temporary folder is writable");
    }

    fn v2(&self, group: &str, limit: &str, used: u64, inactive: u64) {
        let folder = format!("sys/fs/cgroup/{group}");
        self.write(&format!("{folder}/memory.max"), &format!("{limit}\n"));
        self.write(&format!("{folder}/memory.current"), &format!("{used}\n"));
        let stat = format!("anon 7\ninactive_anon 8\ninactive_file {inactive}\nactive_file 9\n");
        self.write(&format!("{folder}/memory.stat"), &stat);
    }

    fn v1(&self, group: &str, limit: u64, used: u64, inactive: u64) {
        let folder = format!("sys/fs/cgroup/memory/{group}");
        self.write(&format!("{folder}/memory.limit_in_bytes"), &format!("{limit}\n"));
        self.write(&format!("{folder}/memory.usage_in_bytes"), &format!("{used}\n"));
        let stat = format!("inactive_file 1\ntotal_inactive_file {inactive}\n");
        self.write(&format!("{folder}/memory.stat"), &stat);
    }

    /// Used and limit in MiB.
    fn look(&self) -> Option<(u64, u64)> {
        self.look_for(None)
    }

    fn look_for(&self, own_limit: Option<usize>) -> Option<(u64, u64)> {
        let usage = Memory::find(&self.0, own_limit).look(85)?;
        Some((usage.used / MIB, usage.limit / MIB))
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mib(count: u64) -> String {
    (count * MIB).to_string()
}

#[test]
fn without_a_limit_it_is_the_process_of_the_machine() {
    assert_eq!(Root::new("none", "").look(), Some((100, 16_384)));
    let root = Root::new("max", "0::/app.slice\n");
    root.v2("app.slice", "max", 900 * MIB, 0);
    assert_eq!(root.look(), Some((100, 16_384)));
    root.v2("app.slice", &mib(20_000), 19_000 * MIB, 0);
    assert_eq!(root.look(), Some((100, 16_384)), "more than there is");
    assert_eq!(root.look_for(Some(200 << 20)), Some((100, 200)), "what is configured goes before all");
}

#[test]
fn pages_of_files_are_left_out_where_it_matters() {
    let root = Root::new("files", "0::/app.slice\n");
    root.v2("app.slice", &mib(1_000), 850 * MIB, 500 * MIB);
    assert_eq!(root.look(), Some((850, 1_000)));
    root.v2("app.slice", &mib(1_000), 851 * MIB, 500 * MIB);
    assert_eq!(root.look(), Some((351, 1_000)));
    root.v2("app.slice", &mib(1_000), 999 * MIB, 0);
    assert_eq!(root.look(), Some((999, 1_000)));
}

#[test]
fn the_fullest_on_the_way_up_counts() {
    let root = Root::new("nested", "0::/kube.slice/pod.slice/app\n");
    root.v2("kube.slice/pod.slice/app", &mib(1_000), 500 * MIB, 0);
    root.v2("kube.slice/pod.slice", &mib(800), 600 * MIB, 0);
    root.v2("kube.slice", &mib(4_000), 2_000 * MIB, 0);
    root.v2("other.slice", &mib(100), 100 * MIB, 0);
    assert_eq!(root.look(), Some((600, 800)));
    root.v2("kube.slice", &mib(4_000), 3_200 * MIB, 0);
    assert_eq!(root.look(), Some((3_200, 4_000)), "neighbours are in it too");
    root.v2("kube.slice", "max", 3_200 * MIB, 0);
    assert_eq!(root.look(), Some((600, 800)));
}

#[test]
fn a_container_may_see_its_own_group_as_the_root() {
    for path in ["0::/\n", "0::/kubepods/pod1/abc\n", "0::/../../abc\n"] {
        let root = Root::new("container", path);
        root.v2("", &mib(512), 128 * MIB, 0);
        assert_eq!(root.look(), Some((128, 512)), "{path}");
    }
}

#[test]
fn version_1_has_a_controller_of_its_own() {
    let lines = "5:cpu,cpuacct:/elsewhere\n4:memory,hugetlb:/docker/abc\n1:name=systemd:/\n0::/\n";
    let root = Root::new("v1", lines);
    root.v1("docker/abc", 512 * MIB, 500 * MIB, 200 * MIB);
    root.v1("", 9_223_372_036_854_771_712, 9_000 * MIB, 0);
    assert_eq!(root.look(), Some((300, 512)));
}

#[test]
fn where_nothing_is_told_nothing_is_known() {
    let root = Root::new("bare", "0::/\n");
    fs::remove_file(root.0.join("proc/meminfo")).expect("it is there");
    assert_eq!(root.look(), None);
    root.v2("", "nonsense", 1, 0);
    assert_eq!(root.look(), None);
    assert!(Memory::find("/", None).look(85).is_some() || !cfg!(target_os = "linux"), "this machine tells");
}
