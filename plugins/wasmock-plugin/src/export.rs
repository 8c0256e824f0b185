//! The macro that makes a component of functions, tables and structs.
//!
//! On other targets than WebAssembly nothing is exported, so that a plugin's tests link: the
//! names of a component's exports are no names for a native linker.

/// Exports roles from a component. Each line is a role; leave out what the plugin is not.
///
/// | line | takes |
/// |---|---|
/// | `responder: f` | `fn() -> Result<impl IntoAnswer>` |
/// | `predicate: f` | `fn() -> Result<bool>` |
/// | `helpers: TABLE` | `&'static [Helper]` |
/// | `session: Type` | a type that is [`Session`](crate::Session) |
/// | `templates: Type` | a type that is [`Templates`](crate::Templates) |
/// | `lifecycle: DESCRIPTION` | a [`Lifecycle`](crate::Lifecycle) |
#[macro_export]
macro_rules! export {
    () => {};
    (responder: $function:path $(, $($rest:tt)*)?) => {
        const _: () = {
            struct Component;
            impl $crate::__private::responder::exports::wasmock::plugin::responder::Guest for Component {
                fn respond() -> ::std::result::Result<(), ::std::string::String> {
                    let answered = $function().map_err(::std::string::String::from)?;
                    $crate::IntoAnswer::write(answered);
                    Ok(())
                }
            }
            #[cfg(target_family = "wasm")]
            $crate::__private::responder::__export_responder!(Component with_types_in $crate::__private::responder);
            #[cfg(not(target_family = "wasm"))]
            const _: () = $crate::__private::unused::<Component>();
        };
        $crate::export! { $($($rest)*)? }
    };
    (predicate: $function:path $(, $($rest:tt)*)?) => {
        const _: () = {
            struct Component;
            impl $crate::__private::predicate::exports::wasmock::plugin::predicate::Guest for Component {
                fn test() -> ::std::result::Result<bool, ::std::string::String> {
                    $function().map_err(::std::string::String::from)
                }
            }
            #[cfg(target_family = "wasm")]
            $crate::__private::predicate::__export_predicate!(Component with_types_in $crate::__private::predicate);
            #[cfg(not(target_family = "wasm"))]
            const _: () = $crate::__private::unused::<Component>();
        };
        $crate::export! { $($($rest)*)? }
    };
    (helpers: $table:path $(, $($rest:tt)*)?) => {
        const _: () = {
            use $crate::__private::helpers::exports::wasmock::plugin::helpers as role;
            struct Component;
            impl role::Guest for Component {
                fn list() -> ::std::vec::Vec<role::Helper> {
                    $crate::__private::list($table)
                }
                fn call(
                    index: u32,
                    arguments: ::std::vec::Vec<$crate::Value>,
                    named: ::std::vec::Vec<(::std::string::String, $crate::Value)>,
                ) -> ::std::result::Result<$crate::Value, ::std::string::String> {
                    $crate::__private::call($table, index, arguments, named)
                }
            }
            #[cfg(target_family = "wasm")]
            $crate::__private::helpers::__export_helpers!(Component with_types_in $crate::__private::helpers);
            #[cfg(not(target_family = "wasm"))]
            const _: () = $crate::__private::unused::<Component>();
        };
        $crate::export! { $($($rest)*)? }
    };
    (session: $session:ty $(, $($rest:tt)*)?) => {
        const _: () = {
            use $crate::Event;
            type Next = ::std::result::Result<::std::option::Option<u32>, ::std::string::String>;
            struct Component;
            impl $crate::__private::session::exports::wasmock::plugin::session::Guest for Component {
                fn opened() -> Next {
                    $crate::__private::drive::<$session>(Event::Opened)
                }
                fn message() -> Next {
                    $crate::__private::drive::<$session>(Event::Message)
                }
                fn tick() -> Next {
                    $crate::__private::drive::<$session>(Event::Tick)
                }
                fn closed(code: u16) {
                    // Nobody is left to tell; the state goes with the session.
                    let _ = $crate::__private::drive::<$session>(Event::Closed(code));
                }
            }
            #[cfg(target_family = "wasm")]
            $crate::__private::session::__export_session!(Component with_types_in $crate::__private::session);
            #[cfg(not(target_family = "wasm"))]
            const _: () = $crate::__private::unused::<Component>();
        };
        $crate::export! { $($($rest)*)? }
    };
    (templates: $language:ty $(, $($rest:tt)*)?) => {
        const _: () = {
            struct Component;
            impl $crate::__private::templates::exports::wasmock::plugin::templates::Guest for Component {
                fn compile(
                    template: u64,
                ) -> ::std::result::Result<$crate::Summary, $crate::TemplateError> {
                    <$language as $crate::Templates>::compile(template)
                }
                fn render(
                    template: u64,
                ) -> ::std::result::Result<::std::string::String, $crate::TemplateError> {
                    <$language as $crate::Templates>::render(template)
                }
            }
            #[cfg(target_family = "wasm")]
            $crate::__private::templates::__export_templates!(Component with_types_in $crate::__private::templates);
            #[cfg(not(target_family = "wasm"))]
            const _: () = $crate::__private::unused::<Component>();
        };
        $crate::export! { $($($rest)*)? }
    };
    (lifecycle: $lifecycle:path $(, $($rest:tt)*)?) => {
        const _: () = {
            use $crate::__private::lifecycle::exports::wasmock::plugin::lifecycle as role;
            struct Component;
            impl role::Guest for Component {
                fn describe() -> role::Description {
                    let lifecycle: $crate::Lifecycle = $lifecycle;
                    role::Description {
                        name: lifecycle.name.into(),
                        version: lifecycle.version.into(),
                        about: lifecycle.about.into(),
                        schema: lifecycle.schema.map(::std::convert::Into::into),
                    }
                }
                fn configure(
                    configuration: ::std::string::String,
                ) -> ::std::result::Result<(), ::std::string::String> {
                    ($lifecycle.configure)(&configuration).map_err(::std::string::String::from)
                }
            }
            #[cfg(target_family = "wasm")]
            $crate::__private::lifecycle::__export_lifecycle!(Component with_types_in $crate::__private::lifecycle);
            #[cfg(not(target_family = "wasm"))]
            const _: () = $crate::__private::unused::<Component>();
        };
        $crate::export! { $($($rest)*)? }
    };
}
