//! What the template deploys, property by property.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::yaml;

/// Values by `LogicalId.Property`, or `Environment.VARIABLE` for the variables of all functions.
pub type Properties = BTreeMap<String, Value>;

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");
/// `AWS::StackName`: the stack's resources are named after this one.
const STACK: &str = "waybill";

/// The properties of tables, queues, buses and functions, with these values of parameters; the others are
/// at their defaults. What is not deployed with these values, such as the connector by default, is not among them.
///
/// # Panics
/// When the template has no such parameter, or holds something that is not understood here.
#[must_use]
pub fn properties(parameters: &[(&str, &str)]) -> Properties {
    let mut document = yaml::parse(TEMPLATE);
    for (name, value) in parameters {
        let parameter = document["Parameters"].get_mut(name);
        parameter.unwrap_or_else(|| panic!("the template has no parameter {name}"))["Default"] =
            (*value).into();
    }
    let template = Template(document);
    let mut properties = Properties::new();
    for (id, resource) in object(&template.0["Resources"]) {
        let declared = &resource["Properties"];
        if !template.is_deployed(resource) {
            continue;
        }
        match resource["Type"].as_str() {
            Some("AWS::DynamoDB::Table") => template.add(&mut properties, id, declared),
            Some("AWS::SQS::Queue") => {
                // What SQS sets where a template does not.
                properties.insert(format!("{id}.VisibilityTimeout"), json!(30));
                template.add(&mut properties, id, declared);
            }
            Some("AWS::Events::EventBus") => template.add(&mut properties, id, declared),
            Some("AWS::Events::Rule") if !declared["EventBusName"].is_null() => {
                template.rule(&mut properties, id, declared);
            }
            Some("AWS::Serverless::Function") => template.function(&mut properties, id, declared),
            _ => {}
        }
    }
    properties
}

struct Template(Value);

impl Template {
    fn add(&self, properties: &mut Properties, prefix: &str, declared: &Value) {
        for (name, value) in object(declared).filter(|(name, _)| *name != "Description") {
            let value = self.resolve(value);
            // `!Ref AWS::NoValue` is as if it were not there.
            if !value.is_null() {
                properties.insert(format!("{prefix}.{name}"), value);
            }
        }
    }

    /// Whether a resource's condition holds, if it has one.
    fn is_deployed(&self, resource: &Value) -> bool {
        resource["Condition"].as_str().is_none_or(|name| self.holds(&self.0["Conditions"][name]))
    }

    /// A rule of a bus of the stack's own, with the names of its targets.
    fn rule(&self, properties: &mut Properties, id: &str, declared: &Value) {
        for name in ["EventBusName", "EventPattern"] {
            properties.insert(format!("{id}.{name}"), self.resolve(&declared[name]));
        }
        let targets = declared["Targets"].as_array().into_iter().flatten();
        let targets = targets.map(|target| self.resolve(&target["Arn"])).collect();
        properties.insert(format!("{id}.Targets"), targets);
    }

    fn function(&self, properties: &mut Properties, id: &str, declared: &Value) {
        let globals = &self.0["Globals"]["Function"];
        for name in ["FunctionName", "Timeout", "MemorySize"] {
            let value = declared.get(name).unwrap_or(&globals[name]);
            properties.insert(format!("{id}.{name}"), self.resolve(value));
        }
        let dead_letter_queue = &declared["DeadLetterQueue"];
        if !dead_letter_queue.is_null() {
            properties.insert(format!("{id}.DeadLetterQueue"), self.resolve(dead_letter_queue));
        }
        for variables in [globals, declared].map(|from| &from["Environment"]["Variables"]) {
            for (name, value) in object(variables) {
                let value = match self.resolve(value) {
                    Value::Null => continue,
                    Value::Number(number) => number.to_string().into(),
                    value => value,
                };
                // The stack gives all functions one environment.
                let other = properties.insert(format!("Environment.{name}"), value.clone());
                assert!(other.is_none_or(|other| other == value), "two values of {name}");
            }
        }
        for (event, source) in object(&declared["Events"]) {
            match source["Type"].as_str() {
                Some("SQS" | "DynamoDB" | "Schedule") => {
                    let prefix = format!("{id}.Events.{event}");
                    self.add(properties, &prefix, &source["Properties"]);
                }
                other => panic!("{event} invokes {id} by {other:?}: the stack can't be compared"),
            }
        }
    }

    /// The value with its references and functions worked out. A resource is its name, whichever
    /// of its attributes is meant.
    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Object(members) => match members.iter().next() {
                Some((function, argument)) if members.len() == 1 => {
                    self.call(function, argument).unwrap_or_else(|| self.resolve_members(members))
                }
                _ => self.resolve_members(members),
            },
            plain => plain.clone(),
        }
    }

    fn resolve_members(&self, members: &Map<String, Value>) -> Value {
        let resolved = members.iter().map(|(name, value)| (name.clone(), self.resolve(value)));
        Value::Object(resolved.collect())
    }

    fn call(&self, function: &str, argument: &Value) -> Option<Value> {
        Some(match function {
            "Ref" => self.reference(argument.as_str()?),
            "Fn::GetAtt" => self.reference(argument.as_str()?.split('.').next()?),
            "Fn::Sub" => self.substitute(argument.as_str()?).into(),
            "Fn::If" => {
                let holds = self.holds(&self.0["Conditions"][argument[0].as_str()?]);
                self.resolve(&argument[if holds { 1 } else { 2 }])
            }
            "Fn::FindInMap" => {
                let (map, first) = (argument[0].as_str()?, self.resolve(&argument[1]));
                self.0["Mappings"][map][first.as_str()?][argument[2].as_str()?].clone()
            }
            _ => return None,
        })
    }

    fn reference(&self, name: &str) -> Value {
        match name {
            "AWS::StackName" => STACK.into(),
            "AWS::NoValue" => Value::Null,
            _ => match self.0["Parameters"].get(name) {
                Some(parameter) => parameter.get("Default").cloned().unwrap_or(name.into()),
                None => self.resource_name(name),
            },
        }
    }

    fn resource_name(&self, id: &str) -> Value {
        let resource = &self.0["Resources"][id];
        assert!(!resource.is_null(), "the template has no {id}");
        let declared = &resource["Properties"];
        let name = match resource["Type"].as_str() {
            Some("AWS::DynamoDB::Table") => &declared["TableName"],
            Some("AWS::SQS::Queue") => &declared["QueueName"],
            Some("AWS::SES::ConfigurationSet" | "AWS::Events::EventBus") => &declared["Name"],
            Some("AWS::SSM::Parameter") => &declared["Value"],
            _ => return id.into(),
        };
        self.resolve(name)
    }

    /// `!Sub`. An ARN becomes the name at its end.
    fn substitute(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a closing brace");
            match name {
                "AWS::Partition" | "AWS::Region" | "AWS::AccountId" => {}
                _ => result.push_str(self.reference(name).as_str().expect("a text")),
            }
            result.push_str(rest);
        }
        match result.strip_prefix("arn:") {
            Some(arn) => arn.rsplit(':').next().unwrap_or_default().to_owned(),
            None => result,
        }
    }

    fn holds(&self, condition: &Value) -> bool {
        if let Some(both) = condition["Fn::Equals"].as_array() {
            self.resolve(&both[0]) == self.resolve(&both[1])
        } else if let Some(negated) = condition["Fn::Not"].as_array() {
            !self.holds(&negated[0])
        } else if let Some(all) = condition["Fn::And"].as_array() {
            all.iter().all(|each| self.holds(each))
        } else if let Some(name) = condition["Condition"].as_str() {
            self.holds(&self.0["Conditions"][name])
        } else {
            panic!("a condition that is not known here: {condition}")
        }
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
