// Gives its own variables for terminals to whoever asks for its exports.
exports.activate = ({ environmentVariableCollection }) => environmentVariableCollection;
