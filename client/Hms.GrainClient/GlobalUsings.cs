global using Hms.Abstractions;
global using Hms.Grains;
global using Hms.Protocol;
global using Hms.Protocol.Coordination;
global using ErrorCode = Hms.Protocol.ErrorCode;
