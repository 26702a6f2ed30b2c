//! Runs the server of a data directory until its input ends: `pg HOME DATA_DIR`; the smallest program that uses this crate.

use std::io::{Read, Write};
use std::path::Path;
use std::{env, error, io};

use rag_pg::{Install, SHIM_COMMAND, Settings, shim_main, start};

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut args = env::args_os().skip(1);
    let first = args.next().ok_or("usage: pg HOME DATA_DIR")?;
    if first == SHIM_COMMAND {
        return Err(shim_main(args).into());
    }
    let data_dir = args.next().ok_or("usage: pg HOME DATA_DIR")?;
    let settings = Settings {
        shim: Some(env::current_exe()?),
        ..Settings::new(data_dir, Install::find(Path::new(&first))?)
    };
    let server = start(&settings)?;
    writeln!(io::stdout(), "{} {}", server.pid(), server.url())?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
