//! What to do is the configuration of the use.

use wasmock_plugin::{Arguments, Effects, Helper, Result, Value, answer, configuration, helpers, log};

const LIFECYCLE: wasmock_plugin::Lifecycle = wasmock_plugin::lifecycle!();

static HELPERS: &[Helper] = &[Helper::new("circle", "", "Calls itself.", circle)];

wasmock_plugin::export! {
    responder: respond,
    predicate: test,
    helpers: HELPERS,
    lifecycle: LIFECYCLE,
}

fn respond() -> Result<()> {
    match configuration::usage().as_str() {
        "behave" => answer::write_text("well"),
        "spin" => spin(),
        "spin a little" => {
            for round in 0..20_000_000u64 {
                std::hint::black_box(round);
            }
            answer::write_text("done");
        }
        "allocate" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(Vec::<u8>::with_capacity(16 << 20));
                std::hint::black_box(&hoard);
            }
        }
        "panic" => panic!("the author's own words"),
        "print" => {
            for line in 0..10_000 {
                println!("line {line}");
            }
            answer::write_text("printed");
        }
        "log" => {
            for line in 0..5_000 {
                log::write(log::Level::Info, &format!("line {line}"));
            }
            answer::write_text("logged");
        }
        "return 100 MB" => {
            let part = "x".repeat(1 << 20);
            for _ in 0..100 {
                answer::write_text(&part);
            }
        }
        "overflow the stack" => {
            std::hint::black_box(deep(std::hint::black_box(1)));
        }
        "circle" => {
            let helper = helpers::find("circle").expect("the helper is there");
            helpers::call(helper.id, &[], &[])?;
        }
        "grow" => {
            std::hint::black_box(vec![1u8; 100 << 20]);
            answer::write_text("grew");
        }
        "file" => answer::write_text(&format!("{:?}", std::fs::read("/etc/passwd").is_err())),
        "environment" => answer::write_text(&format!("{:?}", std::env::vars().count())),
        "socket" => {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").is_err();
            let stream = std::net::TcpStream::connect("127.0.0.1:80").is_err();
            answer::write_text(&format!("{socket} {stream}"));
        }
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_millis(20));
            answer::write_text("slept");
        }
        other => Err(format!("what is `{other}`?"))?,
    }
    Ok(())
}

fn test() -> Result<bool> {
    spin();
    Ok(true)
}

fn circle(_: &Arguments) -> Result<Value> {
    let helper = helpers::find("circle").expect("the helper is there");
    Ok(helpers::call(helper.id, &[], &[])?)
}

fn spin() {
    loop {
        std::hint::black_box(Effects::empty());
    }
}

#[expect(unconditional_recursion, reason = "that is the point")]
fn deep(n: u64) -> u64 {
    std::hint::black_box(deep(n + 1)) + 1
}
