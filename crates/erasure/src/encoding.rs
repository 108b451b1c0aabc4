//! All parity from all data, and recovery where it is the same: an aligned chunk of known values gives
//! the polynomial (`Code::is_chunk_enough`), whose values everywhere else follow.
use crate::butterfly::add_run;
use crate::code::{Code, column_bytes};
use crate::transform::{Input, Output, Transform};

/// Bytes of work memory for shards of `bytes` bytes.
pub fn work_bytes(code: &Code, bytes: usize) -> usize {
    (2 * code.chunk() + 2) * column_bytes(code.chunk(), bytes)
}

/// One column of the shards and the work memory for it.
#[derive(Clone, Copy)]
struct Column<'a> {
    code: &'a Code,
    transform: Transform,
    from: usize,
    /// A chunk of rows each.
    values: *mut u8,
    part: *mut u8,
    /// A row of zeros, and one that nobody reads.
    zeros: *const u8,
    spare: *mut u8,
}

/// All parity from all data.
pub unsafe fn encode(code: &Code, bytes: usize, work: *mut u8) {
    unsafe {
        let data = if code.low_rate { 0 } else { code.chunk() };
        each_column(code, bytes, work, |column| {
            if code.is_chunk_enough() {
                column.extend(data, None);
            } else {
                column.encode_high_rate();
            }
        });
    }
}

/// The values at the points that are counted in `asked` (asked[p] of them before point p) from the
/// chunk of known values that begins at point `known`.
pub unsafe fn extend(code: &Code, known: usize, asked: &[u32], bytes: usize, work: *mut u8) {
    unsafe { each_column(code, bytes, work, |column| column.extend(known, Some(asked))) }
}

unsafe fn each_column(code: &Code, bytes: usize, work: *mut u8, run: impl Fn(&Column)) {
    unsafe {
        let width = column_bytes(code.chunk(), bytes);
        let zeros = work.add(2 * code.chunk() * width);
        core::ptr::write_bytes(zeros, 0, width);
        let mut from = 0;
        while from < bytes {
            let transform = Transform { field: code.field, len: width.min(bytes - from) };
            let part = work.add(code.chunk() * transform.len);
            let spare = zeros.add(width);
            run(&Column { code, transform, from, values: work, part, zeros, spare });
            from += width;
        }
    }
}

impl Column<'_> {
    /// From the known chunk the values asked for; without `asked`, all parity.
    unsafe fn extend(&self, known: usize, asked: Option<&[u32]>) {
        let Column { code, transform, values, part, .. } = self;
        let chunk = code.chunk();
        let output = |point| Asked { column: self, point, asked };
        let is_asked = |point: &usize| output(*point).any(0, chunk);
        let Some(last) = (0..code.points()).step_by(chunk).rfind(is_asked) else { return };
        unsafe {
            transform.inverse(&Known { column: self, point: known }, *values, chunk, known);
            for point in (0..=last).step_by(chunk).filter(is_asked) {
                let work = if point == last { *values } else { *part };
                transform.forward(*values, &output(point), work, chunk, point);
            }
        }
    }

    /// The polynomial is the sum of those of the chunks of data.
    unsafe fn encode_high_rate(&self) {
        let Column { code, transform, values, part, .. } = self;
        let chunk = code.chunk();
        unsafe {
            for start in (0..code.k).step_by(chunk) {
                let target = if start == 0 { *values } else { *part };
                let point = chunk + start;
                transform.inverse(&Known { column: self, point }, target, chunk, point);
                if start > 0 {
                    add_run(*values, *part, chunk * transform.len);
                }
            }
            let output = Asked { column: self, point: 0, asked: None };
            transform.forward(*values, &output, *values, chunk, 0);
        }
    }
}

/// The shards from a point, and zeros behind them.
struct Known<'a> {
    column: &'a Column<'a>,
    point: usize,
}

impl Input for Known<'_> {
    const FOLDED: bool = false;

    fn any(&self, start: usize, _: usize) -> bool {
        self.column.code.shard(self.point + start).is_some()
    }

    fn row(&self, i: usize) -> *const u8 {
        let Column { code, from, zeros, .. } = self.column;
        code.shard(self.point + i).map_or(*zeros, |shard| unsafe { code.slot(shard).add(*from) })
    }
}

/// The shards from a point that are asked for: those counted, or parity.
struct Asked<'a> {
    column: &'a Column<'a>,
    point: usize,
    asked: Option<&'a [u32]>,
}

impl Output for Asked<'_> {
    const FOLDED: bool = false;

    fn any(&self, start: usize, count: usize) -> bool {
        let (code, point) = (self.column.code, self.point + start);
        match self.asked {
            Some(counts) => counts[point + count] > counts[point],
            None => code.shard(point).is_some_and(|shard| shard >= code.k),
        }
    }

    fn row(&self, i: usize) -> *mut u8 {
        let Column { code, from, spare, .. } = self.column;
        match code.shard(self.point + i) {
            Some(shard) if self.any(i, 1) => unsafe { code.slot(shard).add(*from) },
            _ => *spare,
        }
    }
}
