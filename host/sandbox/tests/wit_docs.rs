//! The contract as Markdown in `docs/wit/`: compared with what `wit/` says, or written anew with
//! `WASMOCK_UPDATE=1` (`cargo xtask generate`).
#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::Path;

use wit_parser::{
    Docs, Function, Interface, Resolve, Type, TypeDef, TypeDefKind, World, WorldItem,
};

fn contract() -> Resolve {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    resolve.push_dir(&wit).unwrap();
    resolve
}

#[test]
fn the_rendered_contract_is_current() {
    let resolve = contract();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wit");
    let pages = [
        ("host.md", page(&resolve, "host", "What a plugin may ask")),
        (
            "plugin.md",
            page(&resolve, "plugin", "What a plugin may be"),
        ),
    ];
    for (name, text) in pages {
        let path = folder.join(name);
        if std::env::var_os("WASMOCK_UPDATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
            continue;
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "docs/wit/{name} is not what wit/ says; `cargo xtask generate` writes it"
        );
    }
}

/// A page about one package.
fn page(resolve: &Resolve, package: &str, title: &str) -> String {
    let (_, package) = resolve
        .packages
        .iter()
        .find(|(_, other)| other.name.name == package)
        .unwrap();
    let mut page = format!(
        "# {title}: `{}`\n\nRendered from `wit/` by `cargo xtask generate`.\n",
        package.name
    );
    docs(&mut page, &package.docs);
    let interfaces = package.interfaces.iter();
    for (name, id) in interfaces.clone() {
        let _ = write!(page, "\n- [`{name}`](#{name}): ");
        let docs = resolve.interfaces[*id].docs.contents.as_deref();
        page.push_str(&first_sentence(docs.unwrap_or_default()));
    }
    page.push('\n');
    for (name, id) in interfaces {
        interface(&mut page, resolve, name, &resolve.interfaces[*id]);
    }
    if !package.worlds.is_empty() {
        page.push_str("\n## Worlds\n");
    }
    for (name, id) in &package.worlds {
        world(&mut page, resolve, name, &resolve.worlds[*id]);
    }
    page
}

fn first_sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text[..end].to_owned()
}

fn docs(page: &mut String, docs: &Docs) {
    if let Some(text) = &docs.contents {
        let _ = write!(page, "\n{}\n", text.trim_end());
    }
}

fn interface(page: &mut String, resolve: &Resolve, name: &str, interface: &Interface) {
    let _ = write!(page, "\n## {name}\n");
    docs(page, &interface.docs);
    for (name, id) in &interface.types {
        type_definition(page, resolve, name, &resolve.types[*id]);
    }
    for (name, function) in &interface.functions {
        let _ = write!(page, "\n### `{}`\n", declaration(resolve, name, function));
        docs(page, &function.docs);
    }
}

fn declaration(resolve: &Resolve, name: &str, function: &Function) -> String {
    let parameters = function.params.iter();
    let parameters: Vec<String> = parameters
        .map(|parameter| format!("{}: {}", parameter.name, type_name(resolve, parameter.ty)))
        .collect();
    let result = function
        .result
        .map_or_else(String::new, |ty| format!(" -> {}", type_name(resolve, ty)));
    format!("{name}: func({}){result}", parameters.join(", "))
}

/// A list of fields, cases or flags.
fn members<'a>(page: &mut String, members: impl Iterator<Item = (String, &'a Docs)>) {
    page.push('\n');
    for (member, docs) in members {
        let about = docs.contents.as_deref().unwrap_or_default().trim_end();
        let colon = if about.is_empty() { "" } else { ": " };
        let about = about.replace('\n', " ");
        let _ = writeln!(page, "- `{member}`{colon}{about}");
    }
}

fn type_definition(page: &mut String, resolve: &Resolve, name: &str, definition: &TypeDef) {
    // A type of another interface under the same name is described there.
    if let TypeDefKind::Type(Type::Id(id)) = definition.kind
        && resolve.types[id].name.as_deref() == Some(name)
    {
        return;
    }
    let kind = definition.kind.as_str();
    let _ = write!(page, "\n### {kind} `{name}`\n");
    docs(page, &definition.docs);
    match &definition.kind {
        TypeDefKind::Record(record) => members(
            page,
            record.fields.iter().map(|field| {
                let ty = type_name(resolve, field.ty);
                (format!("{}: {ty}", field.name), &field.docs)
            }),
        ),
        TypeDefKind::Variant(variant) => members(
            page,
            variant.cases.iter().map(|case| {
                let payload = case
                    .ty
                    .map_or_else(String::new, |ty| format!("({})", type_name(resolve, ty)));
                (format!("{}{payload}", case.name), &case.docs)
            }),
        ),
        TypeDefKind::Enum(cases) => members(
            page,
            cases
                .cases
                .iter()
                .map(|case| (case.name.clone(), &case.docs)),
        ),
        TypeDefKind::Flags(flags) => members(
            page,
            flags
                .flags
                .iter()
                .map(|flag| (flag.name.clone(), &flag.docs)),
        ),
        _ => {}
    }
}

fn world(page: &mut String, resolve: &Resolve, name: &str, world: &World) {
    let _ = write!(page, "\n### world `{name}`\n");
    docs(page, &world.docs);
    let interfaces = world
        .exports
        .iter()
        .filter(|(_, item)| matches!(item, WorldItem::Interface { .. }));
    let exports: Vec<String> = interfaces
        .map(|(key, _)| format!("`{}`", resolve.name_world_key(key)))
        .collect();
    if !exports.is_empty() {
        let _ = write!(page, "\nExports {}.\n", exports.join(", "));
    }
}

fn type_name(resolve: &Resolve, ty: Type) -> String {
    let Type::Id(id) = ty else {
        return primitive(ty).to_owned();
    };
    let definition = &resolve.types[id];
    if let Some(name) = &definition.name {
        return name.clone();
    }
    let inner = |ty: Option<Type>| ty.map_or_else(|| "_".to_owned(), |ty| type_name(resolve, ty));
    match &definition.kind {
        TypeDefKind::Option(ty) => format!("option<{}>", type_name(resolve, *ty)),
        TypeDefKind::List(ty) => format!("list<{}>", type_name(resolve, *ty)),
        TypeDefKind::Result(result) => match (result.ok, result.err) {
            (None, None) => "result".to_owned(),
            (ok, None) => format!("result<{}>", inner(ok)),
            (ok, err) => format!("result<{}, {}>", inner(ok), inner(err)),
        },
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple
                .types
                .iter()
                .map(|ty| type_name(resolve, *ty))
                .collect();
            format!("tuple<{}>", types.join(", "))
        }
        other => panic!("the contract has no {}", other.as_str()),
    }
}

fn primitive(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext | Type::Id(_) => "?",
    }
}
