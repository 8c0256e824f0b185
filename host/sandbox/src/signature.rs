//! A function's type written out, so that two can be compared and shown.

use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

/// `func(path: string) -> result<u64, string>`, named types written out.
pub(crate) fn signature(resolve: &Resolve, function: &Function) -> String {
    let parameters = function
        .params
        .iter()
        .map(|parameter| format!("{}: {}", parameter.name, write(resolve, parameter.ty)));
    let result = function
        .result
        .map(|result| format!(" -> {}", write(resolve, result)));
    let kind = if function.kind.is_async() {
        "async func"
    } else {
        "func"
    };
    format!("{kind}({}){}", join(parameters), result.unwrap_or_default())
}

fn write(resolve: &Resolve, ty: Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::U8 => "u8".into(),
        Type::U16 => "u16".into(),
        Type::U32 => "u32".into(),
        Type::U64 => "u64".into(),
        Type::S8 => "s8".into(),
        Type::S16 => "s16".into(),
        Type::S32 => "s32".into(),
        Type::S64 => "s64".into(),
        Type::F32 => "f32".into(),
        Type::F64 => "f64".into(),
        Type::Char => "char".into(),
        Type::String => "string".into(),
        Type::ErrorContext => "error-context".into(),
        Type::Id(id) => write_defined(resolve, id),
    }
}

fn write_defined(resolve: &Resolve, id: TypeId) -> String {
    let defined = &resolve.types[id];
    let optional = |ty: Option<Type>| ty.map_or_else(|| "_".into(), |ty| write(resolve, ty));
    match &defined.kind {
        TypeDefKind::Type(ty) => write(resolve, *ty),
        TypeDefKind::Option(ty) => format!("option<{}>", write(resolve, *ty)),
        TypeDefKind::List(ty) => format!("list<{}>", write(resolve, *ty)),
        TypeDefKind::FixedLengthList(ty, length) => {
            format!("list<{}, {length}>", write(resolve, *ty))
        }
        TypeDefKind::Map(key, value) => {
            format!("map<{}, {}>", write(resolve, *key), write(resolve, *value))
        }
        TypeDefKind::Result(result) => match (result.ok, result.err) {
            (None, None) => "result".into(),
            (ok, None) => format!("result<{}>", optional(ok)),
            (ok, err) => format!("result<{}, {}>", optional(ok), optional(err)),
        },
        TypeDefKind::Tuple(tuple) => {
            format!(
                "tuple<{}>",
                join(tuple.types.iter().map(|ty| write(resolve, *ty)))
            )
        }
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            format!(
                "record {{{}}}",
                join(fields.map(|field| format!("{}: {}", field.name, write(resolve, field.ty))))
            )
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| match case.ty {
                Some(ty) => format!("{}({})", case.name, write(resolve, ty)),
                None => case.name.clone(),
            });
            format!("variant {{{}}}", join(cases))
        }
        TypeDefKind::Enum(enumeration) => {
            format!(
                "enum {{{}}}",
                join(enumeration.cases.iter().map(|case| case.name.clone()))
            )
        }
        TypeDefKind::Flags(flags) => {
            format!(
                "flags {{{}}}",
                join(flags.flags.iter().map(|flag| flag.name.clone()))
            )
        }
        TypeDefKind::Handle(Handle::Own(resource)) => format!("own<{}>", name(resolve, *resource)),
        TypeDefKind::Handle(Handle::Borrow(resource)) => {
            format!("borrow<{}>", name(resolve, *resource))
        }
        TypeDefKind::Resource => format!("resource {}", name(resolve, id)),
        TypeDefKind::Future(ty) => format!("future<{}>", optional(*ty)),
        TypeDefKind::Stream(ty) => format!("stream<{}>", optional(*ty)),
        TypeDefKind::Unknown => "unknown".into(),
    }
}

fn name(resolve: &Resolve, id: TypeId) -> &str {
    resolve.types[id].name.as_deref().unwrap_or("resource")
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
