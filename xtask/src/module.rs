//! A WebAssembly module as far as the build tool looks into it: its functions' bodies and names.
//!
//! Sections and the name section are laid out as in the core specification, §5.5 and §7.4.1.

use std::ops::Range;

use crate::run::Result;

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
/// Magic number and version.
const HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// A module that was read; offsets are those of its bytes.
pub struct Module<'a> {
    bytes: &'a [u8],
    sections: Vec<Section>,
    /// How many functions are imported; their indices come before those of the module's own.
    pub imported: usize,
    /// Where each own function's body lies, its length before it included.
    pub bodies: Vec<Range<usize>>,
}

struct Section {
    id: u8,
    /// Of a custom section.
    name: Vec<u8>,
    /// From its identifier on.
    whole: Range<usize>,
    /// What is behind its length and name.
    content: Range<usize>,
}

impl<'a> Module<'a> {
    /// Reads a module.
    pub fn read(bytes: &'a [u8]) -> Result<Module<'a>> {
        parse(bytes).ok_or_else(|| "this is not a WebAssembly module that this tool can read".into())
    }

    /// The bytes of an own function's body.
    pub fn body(&self, function: usize) -> &'a [u8] {
        self.bodies.get(function).and_then(|range| self.bytes.get(range.clone())).unwrap_or_default()
    }

    /// The names of the own functions, empty for those without one.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.bodies.len()];
        let section = self.sections.iter().find(|section| section.is_names());
        let content = section.and_then(|section| self.bytes.get(section.content.clone()));
        read_names(content.unwrap_or_default(), self.imported, &mut names);
        names
    }

    /// The module without its name section.
    pub fn without_names(&self) -> Vec<u8> {
        let mut out = HEADER.to_vec();
        for section in self.sections.iter().filter(|section| !section.is_names()) {
            out.extend_from_slice(self.bytes.get(section.whole.clone()).unwrap_or_default());
        }
        out
    }

    /// The module with these names for its own functions, and no others.
    pub fn with_names(&self, names: &[String]) -> Vec<u8> {
        let mut map = Vec::new();
        write_u32(&mut map, names.len());
        for (function, name) in names.iter().enumerate() {
            write_u32(&mut map, self.imported + function);
            write_u32(&mut map, name.len());
            map.extend_from_slice(name.as_bytes());
        }
        let mut section = b"\x04name\x01".to_vec();
        write_u32(&mut section, map.len());
        section.extend_from_slice(&map);
        let mut out = self.without_names();
        out.push(CUSTOM);
        write_u32(&mut out, section.len());
        out.extend_from_slice(&section);
        out
    }
}

impl Section {
    fn is_names(&self) -> bool {
        self.id == CUSTOM && self.name == b"name"
    }
}

/// Reads from a place on; nothing where the bytes end too soon.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// An unsigned number in LEB128.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return usize::try_from(number).ok();
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }

    fn limits(&mut self) -> Option<()> {
        let has_most = self.byte()? & 1 == 1;
        self.number()?;
        if has_most { self.number().map(drop) } else { Some(()) }
    }
}

fn parse(bytes: &[u8]) -> Option<Module<'_>> {
    let mut reader = Reader { bytes, at: 0 };
    if reader.take(HEADER.len())? != HEADER {
        return None;
    }
    let mut module = Module { bytes, sections: Vec::new(), imported: 0, bodies: Vec::new() };
    while reader.at < bytes.len() {
        let from = reader.at;
        let id = reader.byte()?;
        let length = reader.number()?;
        let end = reader.at.checked_add(length).filter(|end| *end <= bytes.len())?;
        let name = if id == CUSTOM { reader.text()?.to_vec() } else { Vec::new() };
        let content = reader.at..end;
        match id {
            IMPORT => module.imported = imported_functions(&mut reader)?,
            CODE => module.bodies = bodies(&mut reader)?,
            _ => {}
        }
        module.sections.push(Section { id, name, whole: from..end, content });
        reader.at = end;
    }
    Some(module)
}

fn bodies(reader: &mut Reader) -> Option<Vec<Range<usize>>> {
    let mut bodies = Vec::new();
    for _ in 0..reader.number()? {
        let from = reader.at;
        reader.text()?;
        bodies.push(from..reader.at);
    }
    Some(bodies)
}

fn imported_functions(reader: &mut Reader) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.text()?;
        reader.text()?;
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => reader.limits()?,
            3 => drop(reader.take(2)?),
            4 => {
                reader.byte()?;
                reader.number()?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

/// Fills in the names of own functions; what cannot be read is left out, as engines do.
fn read_names(content: &[u8], imported: usize, names: &mut [String]) -> Option<()> {
    const FUNCTIONS: u8 = 1;
    let mut reader = Reader { bytes: content, at: 0 };
    while let Some(kind) = reader.byte() {
        let part = reader.text()?;
        if kind != FUNCTIONS {
            continue;
        }
        let mut part = Reader { bytes: part, at: 0 };
        for _ in 0..part.number()? {
            let function = part.number()?;
            let name = part.text()?;
            if let Some(slot) = function.checked_sub(imported).and_then(|own| names.get_mut(own)) {
                *slot = String::from_utf8_lossy(name).into_owned();
            }
        }
    }
    Some(())
}

fn write_u32(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A module that imports a function, a memory and a global, and has these bodies.
    pub fn module(bodies: &[&[u8]]) -> Vec<u8> {
        let mut out = HEADER.to_vec();
        let mut section = |id: u8, content: &[u8]| {
            out.push(id);
            write_u32(&mut out, content.len());
            out.extend_from_slice(content);
        };
        section(1, b"\x01\x60\0\0");
        section(IMPORT, b"\x03\x01e\x01f\0\0\x01e\x01m\x02\x01\x01\x10\x01e\x01g\x03\x7f\0");
        let mut code = Vec::new();
        write_u32(&mut code, bodies.len());
        for body in bodies {
            write_u32(&mut code, body.len());
            code.extend_from_slice(body);
        }
        section(3, &[&[bodies.len() as u8][..], &vec![0; bodies.len()]].concat());
        section(CODE, &code);
        out
    }

    #[test]
    fn reads_bodies_and_writes_names() {
        let long = vec![1; 300];
        let bytes = module(&[b"\0\x0b", &long]);
        let module = Module::read(&bytes).unwrap();
        assert_eq!((module.imported, module.bodies.len()), (1, 2));
        assert_eq!(module.body(0), b"\x02\0\x0b");
        assert_eq!(module.body(1).len(), 302);
        assert_eq!(module.names(), ["", ""]);
        let named = module.with_names(&["first".into(), "second".repeat(50)]);
        let again = Module::read(&named).unwrap();
        assert_eq!(again.names(), ["first".to_owned(), "second".repeat(50)]);
        assert_eq!(again.without_names(), bytes);
    }

    #[test]
    fn refuses_what_is_cut_off() {
        let bytes = module(&[b"\0\x0b"]);
        assert!(Module::read(bytes.get(..bytes.len() - 1).unwrap()).is_err());
        assert!(Module::read(b"\0asm").is_err());
        assert!(Module::read(b"no module").is_err());
    }
}
