//! Memory for exported functions: a bump allocator over everything behind the statics.
//!
//! Nothing is freed singly. A caller takes a mark, allocates, and releases down to the mark; what it
//! allocates before marking (tables) stays. In WebAssembly the memory grows on demand, which detaches
//! JavaScript views; if it cannot grow, `reserve` says so and `allocate` traps.
//!
//! Points lie at multiples of their size from the base, so that one index names a point anywhere in
//! the arena: lists of additions mix table entries, inputs and intermediate sums.

use crate::g1::G1Affine;

/// Bytes of one stored point.
pub const POINT: usize = size_of::<G1Affine>();

pub struct Arena {
    base: *mut u8,
    /// Bytes in use, from the base.
    used: usize,
    /// Bytes available, from the base.
    size: usize,
}

impl Arena {
    /// # Safety
    /// `base` is aligned to 16 bytes and valid for `size` bytes for as long as the arena is used.
    pub const unsafe fn new(base: *mut u8, size: usize) -> Self {
        Self { base, used: 0, size }
    }

    /// Bytes in use: the argument of a later [`Arena::release`].
    pub fn mark(&self) -> usize {
        self.used
    }

    pub fn release(&mut self, mark: usize) {
        if mark < self.used {
            self.used = mark;
        }
    }

    /// Whether `bytes` more can be had; grows the memory for them.
    pub fn reserve(&mut self, bytes: usize) -> bool {
        let Some(end) = self.used.checked_add(bytes) else { return false };
        end <= self.size || self.grow(end)
    }

    #[cfg(target_arch = "wasm32")]
    fn grow(&mut self, end: usize) -> bool {
        use core::arch::wasm32::{memory_grow, memory_size};
        let Some(address) = end.checked_add(self.base as usize) else { return false };
        let pages = address.div_ceil(1 << 16);
        let now = memory_size::<0>();
        if pages > now && memory_grow::<0>(pages - now) == usize::MAX {
            return false;
        }
        // The last page is given up, so that the size fits 32 bits.
        self.size = (memory_size::<0>().min((1 << 16) - 1) << 16) - self.base as usize;
        end <= self.size
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn grow(&mut self, _: usize) -> bool {
        false
    }

    /// Uninitialised room for `count` values, aligned to 16 bytes. Traps when memory is exhausted.
    pub fn allocate<T>(&mut self, count: usize) -> *mut T {
        let start = self.used.next_multiple_of(16);
        let bytes =
            count.checked_mul(size_of::<T>()).and_then(|n| n.checked_add(start - self.used));
        match bytes {
            Some(bytes) if self.reserve(bytes) => self.used += bytes,
            _ => panic!("arena exhausted"),
        }
        unsafe { self.base.add(start) as *mut T }
    }

    /// Uninitialised room for `count` points; returns the index of the first.
    pub fn allocate_points(&mut self, count: usize) -> u32 {
        let padding = self.used.next_multiple_of(POINT) - self.used;
        self.allocate_bytes(padding);
        let index = self.used / POINT;
        self.allocate_bytes(count * POINT);
        index as u32
    }

    fn allocate_bytes(&mut self, bytes: usize) {
        if !self.reserve(bytes) {
            panic!("arena exhausted");
        }
        self.used += bytes;
    }

    pub fn point(&self, index: u32) -> *mut G1Affine {
        unsafe { (self.base as *mut G1Affine).add(index as usize) }
    }

    /// Index of a point that this arena allocated.
    pub fn index_of(&self, point: *const G1Affine) -> u32 {
        ((point as usize - self.base as usize) / POINT) as u32
    }
}
