//! From filters to SQL. Every piece is true or false whatever the metadata: NULL would turn `NOT` around, an error end the query.

use serde_json::{Value, json};

use super::{Column, Comparison, Filter, Key, Scalar, Test, column::Kind};
use crate::statement::{Bind, Statement};

pub(super) fn compile(filter: &Filter, first_placeholder: usize) -> Statement {
    let mut compiler = Compiler { first_placeholder, binds: Vec::new(), elements: 0 };
    let sql = compiler.filter(filter, "d.metadata");
    compiler.binds.into_iter().fold(Statement::from(sql, first_placeholder), Statement::bind)
}

struct Compiler {
    first_placeholder: usize,
    binds: Vec<Bind>,
    /// Array elements named so far.
    elements: usize,
}

impl Compiler {
    /// The filter over `root`, the SQL of what paths start from.
    fn filter(&mut self, filter: &Filter, root: &str) -> String {
        match filter {
            Filter::And(filters) if filters.is_empty() => "TRUE".to_owned(),
            Filter::Or(filters) if filters.is_empty() => "FALSE".to_owned(),
            Filter::And(filters) => self.join(filters, " AND ", root),
            Filter::Or(filters) => self.join(filters, " OR ", root),
            Filter::Not(filter) => format!("(NOT {})", self.filter(filter, root)),
            Filter::Condition(Key::Column(column), test) => self.column(*column, test),
            Filter::Condition(Key::Path(path), test) => self.path(root, path, test),
        }
    }

    fn join(&mut self, filters: &[Filter], operator: &str, root: &str) -> String {
        let parts: Vec<String> = filters.iter().map(|filter| self.filter(filter, root)).collect();
        format!("({})", parts.join(operator))
    }

    fn bind(&mut self, bind: Bind) -> String {
        let placeholder = format!("${}", self.first_placeholder + self.binds.len());
        self.binds.push(bind);
        placeholder
    }

    fn column(&mut self, column: Column, test: &Test) -> String {
        let name = format!("d.{}", column.name());
        let by_code_point = if column.kind() == Kind::Text { " COLLATE \"C\"" } else { "" };
        let held = match test {
            Test::In(values) => {
                let list = self.bind(column.array(values));
                if values.contains(&Scalar::Null) {
                    return format!("({name} IS NULL OR {name} = ANY({list}))");
                }
                format!("{name} = ANY({list})")
            }
            Test::Compare(comparison, value) => {
                let list = self.bind(column.array(std::slice::from_ref(value)));
                format!("{name}{by_code_point} {} ANY({list})", comparison.sql())
            }
            Test::Matches(pattern) => {
                let pattern = self.bind(Bind::Text(pattern.posix().to_owned()));
                format!("{name}::text COLLATE \"C\" ~ {pattern}")
            }
            Test::Exists => return format!("({name} IS NOT NULL)"),
            Test::Size(_) | Test::AnyElement(_) => return "FALSE".to_owned(),
        };
        format!("({name} IS NOT NULL AND {held})")
    }

    fn path(&mut self, root: &str, path: &[String], test: &Test) -> String {
        match test {
            Test::In(values) => self.contained(root, path, values),
            Test::Compare(comparison, value) => {
                let path = self.bind(Bind::Text(held(path, *comparison)));
                let bound = self.bind(Bind::Json(json!({"bound": value.to_json()})));
                format!("coalesce(jsonb_path_exists({root}, {path}::jsonpath, {bound}, true), FALSE)")
            }
            Test::Exists => format!("({} IS NOT NULL)", self.reached(root, path)),
            Test::Matches(pattern) => {
                let items = items(&self.reached(root, path));
                let pattern = self.bind(Bind::Text(pattern.posix().to_owned()));
                let item = self.next_element();
                format!(
                    "EXISTS (SELECT FROM jsonb_array_elements({items}) AS {item}(item) \
                     WHERE jsonb_typeof({item}.item) = 'string' \
                     AND ({item}.item #>> '{{}}') COLLATE \"C\" ~ {pattern})"
                )
            }
            Test::Size(size) => {
                let reached = self.reached(root, path);
                let size = self.bind(Bind::Integer(*size));
                format!(
                    "CASE jsonb_typeof({reached}) WHEN 'array' THEN jsonb_array_length({reached}) = {size} \
                     ELSE FALSE END"
                )
            }
            Test::AnyElement(filter) => {
                let reached = self.reached(root, path);
                let item = self.next_element();
                let held = self.filter(filter, &format!("{item}.item"));
                format!(
                    "EXISTS (SELECT FROM jsonb_array_elements(\
                     CASE jsonb_typeof({reached}) WHEN 'array' THEN {reached} ELSE '[]' END) AS {item}(item) \
                     WHERE {held})"
                )
            }
        }
    }

    /// Containment, because the index on the metadata serves it: in each value's own shape, and as an element of an array.
    fn contained(&mut self, root: &str, path: &[String], values: &[Scalar]) -> String {
        let shapes = values.iter().map(Scalar::to_json).flat_map(|value| [value.clone(), json!([value])]);
        let shapes = self.bind(Bind::Jsons(shapes.map(|shape| within(path, shape)).collect()));
        if !values.contains(&Scalar::Null) {
            return format!("({root} @> ANY({shapes}))");
        }
        format!("({} IS NULL OR {root} @> ANY({shapes}))", self.reached(root, path))
    }

    /// What the path leads to, NULL when it is missing. `->` with a text goes into objects only, as containment does.
    fn reached(&mut self, root: &str, path: &[String]) -> String {
        let steps = path.iter().map(|name| self.bind(Bind::Text(name.clone())));
        let steps: Vec<String> = std::iter::once(root.to_owned()).chain(steps).collect();
        format!("({})", steps.join(" -> "))
    }

    /// A name for the elements of an array.
    fn next_element(&mut self) -> String {
        self.elements += 1;
        format!("e{}", self.elements)
    }
}

/// The path to a value, or an element of an array, that is held to `$bound`. Strict, as the lax mode would go into arrays on the way
/// and within the array; what is missing is an error then, which the caller leaves unsaid. Values of two types are never more or less.
fn held(path: &[String], comparison: Comparison) -> String {
    // A name in quotes is written as in JSON.
    let steps: Vec<String> = path.iter().map(|name| format!(".{}", Value::from(name.as_str()))).collect();
    let test = format!("@ {} $bound", comparison.sql());
    format!("strict ${} ? ({test} || exists(@[*] ? ({test})))", steps.concat())
}

/// What patterns look at, as an array: the elements of an array, else the value itself.
fn items(reached: &str) -> String {
    format!("CASE jsonb_typeof({reached}) WHEN 'array' THEN {reached} ELSE jsonb_build_array({reached}) END")
}

/// The value at the end of a path of objects.
fn within(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |value, name| json!({ name: value }))
}

impl Comparison {
    const fn sql(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}
