//! The one state of a module instance: its arena and the scratch memory of batch additions.
//!
//! Instances do not share memory; each worker has its own. WebAssembly runs one exported function at
//! a time, so a plain static is enough.

use crate::affine::Adder;
use crate::arena::Arena;
use crate::ntt::Roots;

pub struct Kernel {
    pub arena: Arena,
    pub adder: Adder,
    pub roots: Roots,
}

static mut KERNEL: Option<Kernel> = None;

/// The state, made on first use: about 300 KB at the bottom of the arena.
pub fn kernel() -> &'static mut Kernel {
    let slot = &raw mut KERNEL;
    unsafe {
        if (*slot).is_none() {
            let mut arena = new_arena();
            let adder = Adder::new(&mut arena);
            let roots = Roots::new(&mut arena);
            slot.write(Some(Kernel { arena, adder, roots }));
        }
        match &mut *slot {
            Some(kernel) => kernel,
            None => core::hint::unreachable_unchecked(),
        }
    }
}

#[cfg(target_arch = "wasm32")]
unsafe fn new_arena() -> Arena {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    // Everything behind stack and statics.
    unsafe {
        let base = (&raw const __heap_base) as usize;
        Arena::new(base.next_multiple_of(16) as *mut u8, 0)
    }
}

/// Host programs get a fixed 64 MiB, for tests of the exported functions.
#[cfg(not(target_arch = "wasm32"))]
unsafe fn new_arena() -> Arena {
    let memory = vec![0u128; 4 << 20].leak();
    unsafe { Arena::new(memory.as_mut_ptr() as *mut u8, memory.len() * 16) }
}
